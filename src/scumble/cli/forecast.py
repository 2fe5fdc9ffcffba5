"""What `--dry-run` says: sizes, steps, time, memory and file names."""

from pathlib import Path
from typing import Any

from scumble.cli.console import tell, tell_json, tell_path
from scumble.cli.film import Films
from scumble.engine.plan import Plan


def tell_plan(plan: Plan, path: Path | None, films: Films, *, as_json: bool) -> None:
    """Print what a run would do, take and write; `path` is None for stdout, which is told as `-`."""
    from scumble.engine.forecast import forecast  # torch takes a second to import

    expected = forecast(plan)
    options, snapshots, timelapse = plan.options, films.snapshots, films.timelapse
    told: dict[str, Any] = {
        "output": str(path or "-"), "width": plan.width, "height": plan.height, "steps": plan.steps,
        "scales": [{"width": one.width, "height": one.height, "steps": one.steps, "history": fit.history,
                    "tile": fit.tile or None} for one, fit in zip(plan.scales, expected.fits, strict=True)],
        "backbone": options.backbone, "optimizer": options.optimizer,
        "seconds": expected.seconds, "memory_gb": expected.gigabytes,
        "snapshots": str(snapshots.folder) if snapshots else None,
        "timelapse": str(timelapse.path) if timelapse and timelapse.path else None,
    }  # fmt: skip
    if as_json:
        tell_json(told)
        return
    for scale, fit in zip(plan.scales, expected.fits, strict=True):
        tiles = f", in tiles of {fit.tile} pixels" if fit.tile else ""
        tell(f"{scale.width} x {scale.height}  {scale.steps} steps{tiles}")
    tell(f"backbone {options.backbone}, optimizer {options.optimizer}")
    tell(f"about {expected.seconds:.0f} s and {expected.gigabytes:.1f} GB on this machine")
    for kind in ("snapshots", "timelapse"):
        if told[kind]:
            tell(f"{kind} {told[kind]}")
    tell_path(told["output"])
