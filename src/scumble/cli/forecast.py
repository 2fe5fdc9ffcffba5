"""What `--dry-run` says: sizes, steps, memory and file names."""

import json
from pathlib import Path
from typing import Any

from scumble.cli.film import Films
from scumble.engine.plan import Plan

MEASURED = {"alexnet": (300, 700), "compact": (300, 1450), "vgg16": (400, 3900), "vgg19": (400, 3900)}
"""Of a backbone: megabytes whatever the size, and bytes for each pixel; measured on a CPU at 256 to 1024 px."""


def memory_needed(plan: Plan) -> float | None:
    """Return how much memory a run takes on a CPU at most, in GB, within a fifth; None if never measured.

    L-BFGS remembers two pictures, 24 bytes a pixel, for each update of its history.
    """
    if plan.options.backbone not in MEASURED:
        return None
    megabytes, per_pixel = MEASURED[plan.options.backbone]
    remembered = 24 * plan.options.history if plan.options.optimizer == "lbfgs" else 0
    return round(megabytes / 1e3 + plan.width * plan.height * (per_pixel + remembered) / 1e9, 2)


def tell_plan(plan: Plan, path: Path | None, films: Films, *, as_json: bool) -> None:
    """Print what a run would do and write; `path` is None for stdout, which is told as `-`."""
    options, snapshots, timelapse = plan.options, films.snapshots, films.timelapse
    told: dict[str, Any] = {
        "output": str(path or "-"), "width": plan.width, "height": plan.height, "steps": plan.steps,
        "scales": [{"width": one.width, "height": one.height, "steps": one.steps} for one in plan.scales],
        "backbone": options.backbone, "optimizer": options.optimizer,
        "memory_gb": memory_needed(plan),
        "snapshots": str(snapshots.folder) if snapshots else None,
        "timelapse": str(timelapse.path) if timelapse and timelapse.path else None,
    }  # fmt: skip
    if as_json:
        print(json.dumps(told))
        return
    for scale in plan.scales:
        print(f"{scale.width} x {scale.height}  {scale.steps} steps")
    print(f"backbone {options.backbone}, optimizer {options.optimizer}")
    if told["memory_gb"] is not None:
        print(f"memory about {told['memory_gb']} GB on a CPU")
    for kind in ("snapshots", "timelapse"):
        if told[kind]:
            print(f"{kind} {told[kind]}")
    print(told["output"])
