"""What `stylize`, `rerun` and `resume` share: run, show, keep the best picture, write, report."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from scumble.api import Result, Run
from scumble.backbones.cache import file_sha256
from scumble.cli.console import say, say_json, tell_bytes, tell_json, tell_path
from scumble.cli.film import Films
from scumble.cli.forecast import tell_plan
from scumble.cli.interrupts import Interrupts
from scumble.cli.output import Output, default_name
from scumble.cli.progress import Reporter, costs_line, reporter
from scumble.errors import OutputExists, UsageError
from scumble.outputs.base import outputs
from scumble.outputs.files import OnExists, resolve_path


def carry_out(run: Run, output: Output, notes: Sequence[str] = (), going_on: Path | None = None) -> None:
    """Paint as planned, write what was asked for, print its path or the JSON result.

    Ctrl-C, SIGTERM and errors keep the picture so far; then they are raised again. The checkpoint that the run is
    `going_on` from may be replaced.
    """
    output = output.named(default_name(run.plan))
    output.check()
    path = None if output.to_stdout else place(run, output)
    if path is None and not output.to_stdout:
        tell_skipped(output)
        return
    films = Films(run.plan, path or Path("stdout.png"), output.snapshots, output.timelapse, output.on_exists)
    spare_inputs(run, films.timelapse.path if films.timelapse else None, "timelapse")
    if output.dry_run:
        tell_plan(run.rest, path, films, as_json=output.json)
        return
    if output.checkpoint:
        keep_state(run, output.checkpoint, output.checkpoint_every, output.on_exists, going_on)
    with Interrupts() as interrupts:
        with reporter(run.plan, as_json=output.json, quiet=output.quiet) as report:
            for note in (*notes, *run.notes, *input_notes(run)):
                report.note(note)
            problem = paint(run, report, films)
        interrupts.ignore()
        if problem and run.last is None:
            raise problem
        keep(run, path, films, output, stopped=problem is not None)
    unwritten = run.checkpoint.problem if run.checkpoint else None
    if problem := problem or films.problem or unwritten:
        raise problem


def place(run: Run, output: Output) -> Path | None:
    """Return where the picture goes, or None to skip it; a dry run only says that there is one already.

    Raises:
        UsageError: there is a picture that this one is painted from.
        ScumbleError: see `resolve_path`.
    """
    given = str(output.output)
    try:
        path = resolve_path(given, output.on_exists)
    except OutputExists as error:
        if not output.dry_run:
            raise
        say(f"note: {error.message}")
        return Path(given)
    spare_inputs(run, path, "output")
    return path


def spare_inputs(run: Run, path: Path | None, purpose: str) -> None:
    """Refuse to write over a picture that goes in, under whatever name it is there."""
    of = run.sources
    inputs = (of.content, *of.styles, of.start, *of.content_masks, *of.style_masks)
    if path and path.is_file() and file_sha256(path) in {one.sha256 for one in inputs if one}:
        raise UsageError(
            f"the {purpose} {str(path)!r} is a picture that it is painted from", "give it another name"
        )


def keep_state(run: Run, path: Path, every: float | None, on_exists: OnExists, going_on: Path | None) -> None:
    """Let a run keep its state in a file.

    Raises:
        OutputExists: there is something else, or one already, and nothing said that it may be replaced.
    """
    from scumble.checkpoint import EVERY, Checkpoint  # torch takes a second to import

    checkpoint = Checkpoint(path, EVERY if every is None else every)
    if path != going_on and on_exists != "overwrite" and os.path.lexists(path):
        raise OutputExists(
            f"the checkpoint {str(path)!r} is there already",
            f"scumble resume {path} goes on from it, --on-exists overwrite begins anew",
        )
    run.checkpoint = checkpoint


def input_notes(run: Run) -> Iterator[str]:
    """Yield what was converted in which picture."""
    for picture in (run.plan.content, *run.plan.styles, *([run.plan.start] if run.plan.start else [])):
        yield from (f"{picture.name}: {note}" for note in picture.notes)


def paint(run: Run, report: Reporter, films: Films) -> BaseException | None:
    """Iterate over the run; return what stopped it early, if anything did."""
    from scumble.engine.memory import release  # torch takes a second to import

    try:
        with closing(iter(run)) as steps:  # a checkpoint is written whatever happens
            for step in steps:
                for note in step.notes:
                    report.note(note)
                report.step(step)
                if taken := films.step(step):
                    report.note(f"{taken}  step {step.count}  {costs_line(step.costs())}")
    except (Exception, KeyboardInterrupt) as problem:
        release(problem)  # to save the picture takes memory, too
        return problem
    return None


def keep(run: Run, path: Path | None, films: Films, output: Output, *, stopped: bool) -> None:
    """Write the picture to its path, or as PNG to stdout; then the film; say where they are."""
    result, written = run.result(), path
    if stopped and not output.quiet:
        say(f"note: stopped at step {result.record.steps} of {run.plan.steps}; its picture is kept")
        if run.checkpoint and run.checkpoint.current:
            say(f"note: scumble resume {run.checkpoint.path} goes on from there")
    if path is None:
        record = result.record.to_json() if output.record else None
        tell_bytes(outputs["png"]().encode([result.image], record))
    else:  # a file of that name that has appeared meanwhile is kept, too
        on_exists = "rename" if output.on_exists == "error" else output.on_exists
        written = result.save(path, on_exists=on_exists, record=output.record) or path
    film = films.finish(run.last) if run.last else None
    tell_result(result, written, films, film, output)


def tell_skipped(output: Output) -> None:
    """Say that the picture is there already."""
    if output.json:
        tell_json({"output": output.output, "skipped": True})
        return
    if not output.quiet:
        say(f"{output.output} is there already; skipped")
    tell_path(str(output.output))


def tell_result(
    result: Result, written: Path | None, films: Films, film: Path | None, output: Output
) -> None:
    """Print the path last, or one JSON object; on stderr if stdout holds the picture."""
    record = result.record
    if output.json:
        told = {
            "output": str(written or "-"), "seconds": record.seconds, "steps": record.steps,
            "costs": record.costs, "width": record.width, "height": record.height,
            "fallbacks": list(record.fallbacks),
            "snapshots": str(films.snapshots.folder) if films.snapshots else None,
            "timelapse": film and str(film),
            "checkpoint": output.checkpoint and str(output.checkpoint),
        }  # fmt: skip
        say_json(told) if output.to_stdout else tell_json(told)
        return
    if not output.quiet:
        costs = costs_line(record.costs)
        say(f"{record.width} x {record.height}, {record.steps} steps in {record.seconds:.1f} s  {costs}")
        if film:
            say(f"timelapse: {film}")
    if written is not None:
        tell_path(written)
