"""What `--dry-run` says: sizes, steps, time, memory and file names."""

from pathlib import Path
from typing import Any

from scumble.cli.console import tell, tell_json, tell_path
from scumble.plan.plan import Plan
from scumble.runs.film import Films


def tell_plan(plan: Plan, path: Path | None, films: Films, *, as_json: bool) -> None:
    """Print what a run would do, take and write; `path` is None for stdout, which is told as `-`."""
    from scumble.engine.forecast import forecast, slowdown  # torch takes a second to import

    expected, slowed = forecast(plan), slowdown(plan.options)
    options, snapshots, timelapse = plan.options, films.snapshots, films.timelapse
    scales = [pair for pair in zip(plan.scales, expected.fits, strict=True) if pair[0].steps]
    told: dict[str, Any] = {
        "output": str(path or "-"), "width": plan.width, "height": plan.height, "steps": plan.steps,
        "scales": [{"width": one.width, "height": one.height, "steps": one.steps, "history": fit.history,
                    "tile": fit.tile or None} for one, fit in scales],
        "way": plan.way, "backbone": options.backbone, "optimizer": options.optimizer,
        "seconds": expected.seconds, "seconds_now": round(slowed * expected.seconds, 1),
        "memory_gb": expected.gigabytes,
        "snapshots": str(snapshots.folder) if snapshots else None,
        "timelapse": str(timelapse.path) if timelapse and timelapse.path else None,
    }  # fmt: skip
    if as_json:
        tell_json(told)
        return
    for scale, fit in scales:
        tiles = f", in tiles of {fit.tile} pixels" if fit.tile else ""
        tell(f"{scale.width} x {scale.height}  {scale.steps} steps{tiles}")
    if not scales:
        tell(f"{plan.width} x {plan.height}  {'nothing to paint' if plan.way == 'recolor' else plan.way}")
    elif scales[-1][0].size != (plan.width, plan.height):
        tell(f"{plan.width} x {plan.height}  enlarged from there")
    tell(f"backbone {options.backbone}, optimizer {options.optimizer}")
    tell(what_it_takes(expected.seconds, expected.gigabytes, slowed))
    for kind in ("snapshots", "timelapse"):
        if told[kind]:
            tell(f"{kind} {told[kind]}")
    tell_path(told["output"])


def what_it_takes(seconds: float, gigabytes: float, slowed: float) -> str:
    """Return time and memory in words.

    Args:
        seconds: on a machine that does nothing else.
        gigabytes: at the peak.
        slowed: how many times as long it takes at the moment.

    Example:
        >>> what_it_takes(80, 1.2, 1)
        'about 80 s and 1.2 GB on this machine'
        >>> what_it_takes(80, 1.2, 3)[37:]
        '; other programs want the processor at the moment, so perhaps 240 s'
    """
    told = f"about {seconds:.0f} s and {gigabytes:.1f} GB on this machine"
    if slowed == 1:
        return told
    return f"{told}; other programs want the processor at the moment, so perhaps {slowed * seconds:.0f} s"
