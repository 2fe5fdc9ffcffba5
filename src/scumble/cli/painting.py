"""What `stylize` and `rerun` share: run, show, keep the best picture, write, report."""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from scumble.api import Run
from scumble.cli.console import complain, say
from scumble.cli.film import Snapshots, Timelapse
from scumble.cli.progress import costs_line, reporter
from scumble.errors import ScumbleError
from scumble.outputs.files import OnExists, resolve_path

OUTPUT = Group("Output", sort_key=0)


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Output:
    """Where results go and how they are told.

    Parameters
    ----------
    output
        The picture: .png, .jpg, .webp, .tiff or .avif; - writes a PNG to stdout. Default: CONTENT__STYLE.png here.
    on_exists
        What to do if it is there already.
    snapshots
        Folder for pictures on the way, as often as --every says.
    timelapse
        A film of the run, .gif or .webp.
    json
        Print one JSON object with the result; progress becomes JSON lines on stderr.
    quiet
        Say nothing but errors.
    dry_run
        Print what would be done, and write nothing.
    record
        Put into the picture what made it, for show and rerun.
    """

    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None
    on_exists: OnExists = "error"
    snapshots: Path | None = None
    timelapse: Path | None = None
    json: Annotated[bool, Parameter(negative="")] = False
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="")] = False
    dry_run: Annotated[bool, Parameter(negative="")] = False
    record: bool = True

    def named(self, name: str) -> "Output":
        """Return this with another name for the picture."""
        return replace(self, output=name)


def default_output(run: Run) -> str:
    """Return `CONTENT__STYLE.png`, in the current folder."""
    stems = [Path(picture.name).stem or "picture" for picture in (run.plan.content, *run.plan.styles)]
    return f"{stems[0]}__{'+'.join(stems[1:])}.png"


def carry_out(run: Run, output: Output) -> None:
    """Paint as planned, write what was asked for, print its path or the JSON result.

    Ctrl-C and errors keep the picture so far.
    """
    name = output.output or default_output(run)
    path = None if name == "-" else resolve_path(name, output.on_exists)
    if path is None and name != "-":
        say(f"{name} is there already; skipped")
        print(json.dumps({"output": name, "skipped": True}) if output.json else name)
        return
    if output.dry_run:
        tell_plan(run, str(path or "-"), output)
        return
    snapshots, timelapse = films(run, path or Path("stdout.png"), output)
    problem = paint(run, output, snapshots, timelapse)
    if run.last is None:
        raise problem or KeyboardInterrupt
    written = save(run, path, output)
    film = timelapse.finish(run.last) if timelapse else None
    tell_result(run, written, snapshots, film, output)
    if isinstance(problem, ScumbleError):
        say("what was painted until then is kept")
        raise problem
    if problem is not None:
        sys.exit(
            complain(
                f"interrupted at step {run.last.count} of {run.plan.steps}; its picture is kept", "", 130
            )
        )


def films(run: Run, path: Path, output: Output) -> tuple[Snapshots | None, Timelapse | None]:
    """Return what is kept on the way; a preset with `every` has snapshots beside its picture."""
    every = run.plan.options.every
    folder = output.snapshots or (path.with_name(f"{path.stem}-steps") if every else None)
    snapshots = Snapshots(folder, every, output.on_exists) if folder else None
    timelapse = Timelapse(output.timelapse, run.plan, every, output.on_exists) if output.timelapse else None
    return snapshots, timelapse


def paint(
    run: Run, output: Output, snapshots: Snapshots | None, timelapse: Timelapse | None
) -> ScumbleError | KeyboardInterrupt | None:
    """Iterate over the run; return what stopped it early, if anything did."""
    with reporter(run.plan, as_json=output.json, quiet=output.quiet) as report:
        for note in (*run.plan.content.notes, *(note for style in run.plan.styles for note in style.notes)):
            report.note(note)
        try:
            for step in run:
                for note in step.notes:
                    report.note(note)
                report.step(step)
                if snapshots and (taken := snapshots.step(step)):
                    report.note(f"{taken}  step {step.count}  {costs_line(step)}")
                if timelapse:
                    timelapse.step(step)
        except (ScumbleError, KeyboardInterrupt) as problem:
            return problem
    return None


def save(run: Run, path: Path | None, output: Output) -> Path | None:
    """Write the picture to its path, or as PNG to stdout."""
    result = run.result()
    if path is not None:
        return result.save(path, on_exists=output.on_exists, record=output.record)
    from scumble.outputs.base import outputs

    record = result.record.to_json() if output.record else None
    sys.stdout.buffer.write(outputs["png"]().encode([result.image], record))
    return None


def tell_plan(run: Run, path: str, output: Output) -> None:
    """Print sizes, steps and file names."""
    plan = run.plan
    scales = [{"width": scale.width, "height": scale.height, "steps": scale.steps} for scale in plan.scales]
    told: dict[str, Any] = {
        "output": path, "width": plan.width, "height": plan.height, "steps": plan.steps, "scales": scales,
        "backbone": plan.options.backbone, "optimizer": plan.options.optimizer,
    }  # fmt: skip
    if output.json:
        print(json.dumps(told))
        return
    for scale in plan.scales:
        print(f"{scale.width} x {scale.height}  {scale.steps} steps")
    print(f"backbone {plan.options.backbone}, optimizer {plan.options.optimizer}")
    print(path)


def tell_result(
    run: Run, written: Path | None, snapshots: Snapshots | None, film: Path | None, output: Output
) -> None:
    """Print the path last, or one JSON object."""
    record = run.result().record
    to_stdout = output.output == "-"
    if not output.quiet and not output.json:
        costs = "  ".join(f"{name} {cost:.4g}" for name, cost in record.costs.items())
        say(f"{record.width} x {record.height}, {record.steps} steps in {record.seconds:.1f} s  {costs}")
        if film:
            say(f"timelapse: {film}")
    if output.json and not to_stdout:
        told = {
            "output": str(written), "seconds": record.seconds, "steps": record.steps, "costs": record.costs,
            "width": record.width, "height": record.height, "fallbacks": list(record.fallbacks),
            "snapshots": str(snapshots.folder) if snapshots else None, "timelapse": film and str(film),
        }  # fmt: skip
        print(json.dumps(told))
    elif written is not None:
        print(written)
