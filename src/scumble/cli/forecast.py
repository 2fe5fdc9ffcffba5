"""What `--dry-run` says: sizes, steps, memory and file names."""

import json
from pathlib import Path
from typing import Any

from scumble.cli.film import Films
from scumble.engine.plan import Plan


def tell_plan(plan: Plan, path: Path | None, films: Films, *, as_json: bool) -> None:
    """Print what a run would do and write; `path` is None for stdout, which is told as `-`."""
    options, snapshots, timelapse = plan.options, films.snapshots, films.timelapse
    told: dict[str, Any] = {
        "output": str(path or "-"), "width": plan.width, "height": plan.height, "steps": plan.steps,
        "scales": [{"width": one.width, "height": one.height, "steps": one.steps} for one in plan.scales],
        "backbone": options.backbone, "optimizer": options.optimizer,
        "snapshots": str(snapshots.folder) if snapshots else None,
        "timelapse": str(timelapse.path) if timelapse and timelapse.path else None,
    }  # fmt: skip
    if as_json:
        print(json.dumps(told))
        return
    for scale in plan.scales:
        print(f"{scale.width} x {scale.height}  {scale.steps} steps")
    print(f"backbone {options.backbone}, optimizer {options.optimizer}")
    for kind in ("snapshots", "timelapse"):
        if told[kind]:
            print(f"{kind} {told[kind]}")
    print(told["output"])
