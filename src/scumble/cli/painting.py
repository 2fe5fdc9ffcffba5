"""What `stylize`, `rerun` and `resume` share: run, show, keep the best picture, write, report."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scumble.cli.console import say, say_json, tell_bytes, tell_json, tell_path
from scumble.cli.film import Films
from scumble.cli.forecast import tell_plan
from scumble.cli.interrupts import Interrupts
from scumble.cli.output import Output, default_name, raise_first
from scumble.cli.progress import Reporter, costs_line, reporter
from scumble.cli.settings import files_read
from scumble.cli.streams import ReaderGone
from scumble.errors import OutputError, OutputExists, ScumbleError
from scumble.outputs.base import outputs
from scumble.paths import as_path
from scumble.runs.events import Snapshot, Stepped
from scumble.runs.result import Result
from scumble.runs.run import Run
from scumble.saving.destination import Destination, Saved
from scumble.saving.names import resolve_path
from scumble.saving.products import Product, keep_apart


@dataclass(frozen=True)
class Products:
    """All that a run will write: the picture, None for stdout; what is kept on the way; and its checkpoint."""

    picture: Destination | None
    films: Films


def carry_out(
    run: Run,
    output: Output,
    notes: Sequence[str] = (),
    going_on: Path | None = None,
    reads: Sequence[Path] = (),
) -> None:
    """Paint as planned, write what was asked for, print its path or the JSON result.

    Signals that would end the process, and errors, keep the picture so far; then they are raised again. The
    checkpoint that the run is `going_on` from may be replaced; what it `reads` beside its pictures may not.
    """
    output = output.named(default_name(run.plan))
    output.check()
    products = settled(run, output, going_on, reads)
    if products is None:
        tell_skipped(output)
        return
    path, films = products.picture.path if products.picture else None, products.films
    if output.dry_run:
        tell_plan(run.rest, path, films, as_json=output.json)
        return
    with Interrupts() as interrupts:
        flags = {"as_json": output.json, "quiet": output.quiet, "verbose": output.verbose}
        with reporter(run.plan, run.until, **flags) as report:
            for note in (*notes, *run.notes, *input_notes(run)):
                report.note(note)
            problem = paint(run, report, films, interrupts)
        if problem and run.last is None:
            if isinstance(problem, KeyboardInterrupt) and not output.quiet:
                say("note: no step was made, so there is no picture to keep")
            raise problem
        unsaved = keep(run, products, output, stopped=problem is not None)
    raise_first([problem, unsaved, films.problem, run.checkpoint.problem if run.checkpoint else None])


def settled(run: Run, output: Output, going_on: Path | None, reads: Sequence[Path]) -> Products | None:
    """Return what a run will write, or None to skip it; a dry run only says what is there already.

    Raises:
        UsageError: two products would be one file, or one of them is a file that goes in.
        ScumbleError: see `resolve_path`.
    """
    picture = None if output.to_stdout else place(output)
    if picture is None and not output.to_stdout:
        return None
    beside = picture.path if picture else Path("stdout.png")
    films = Films(run.plan, beside, output.snapshots, output.timelapse, output.on_exists)
    products = [*(picture.products if picture else []), *films.products]
    if output.checkpoint:
        keep_state(run, output, going_on)
        products.append(Product("checkpoint", as_path(output.checkpoint)))
    kept = output.checkpoint and as_path(output.checkpoint)
    going = [] if going_on is None or kept == going_on else [going_on]
    keep_apart(products, [*run.reads, *reads, *going, *files_read()])
    return Products(picture, films)


def place(output: Output) -> Destination | None:
    """Return where the picture goes, or None to skip it."""
    given = str(output.output)
    try:
        path = resolve_path(given, output.on_exists)
    except OutputExists as error:
        if not output.dry_run:
            raise
        say(f"note: {error.message}")
        path = Path(given)
    return None if path is None else Destination(path, output.on_exists)


def keep_state(run: Run, output: Output, going_on: Path | None) -> None:
    """Let a run keep its state in a file.

    Raises:
        OutputExists: there is something else, or one already, and nothing said that it may be replaced.
    """
    from scumble.runs.checkpoint import EVERY, Checkpoint  # torch takes a second to import

    assert output.checkpoint is not None
    path, every = as_path(output.checkpoint), output.checkpoint_every
    checkpoint = Checkpoint(path, EVERY if every is None else every)
    if path != going_on and output.on_exists != "overwrite" and os.path.lexists(path):
        raise OutputExists(
            f"the checkpoint {str(path)!r} is there already",
            f"scumble resume {path} goes on from it, --on-exists overwrite begins anew",
        )
    run.checkpoint = checkpoint


def input_notes(run: Run) -> Iterator[str]:
    """Yield what was converted in which picture."""
    for picture in (run.plan.content, *run.plan.styles, *([run.plan.start] if run.plan.start else [])):
        yield from (f"{picture.name}: {note}" for note in picture.notes)


def paint(run: Run, report: Reporter, films: Films, interrupts: Interrupts) -> BaseException | None:
    """Iterate over the run; return what stopped it early, if anything did."""
    from scumble.machine.memory import release  # torch takes a second to import

    try:
        # a checkpoint is written whatever happens
        with interrupts.painting(), closing(iter(run)) as steps:
            for step in steps:
                for note in step.notes:
                    report.note(note)
                told = Stepped.of_step(step)
                report(told)
                if taken := films.step(step):
                    report(Snapshot(path=taken, count=step.count, costs=told.costs))
    except (Exception, KeyboardInterrupt) as problem:
        release(problem)  # to save the picture takes memory, too
        return problem
    return None


def keep(run: Run, products: Products, output: Output, *, stopped: bool) -> ScumbleError | ReaderGone | None:
    """Write the picture to its place, or as PNG to stdout; then the film; say where they are.

    Returns:
        What kept the picture from its place, if anything did; it is elsewhere then.
    """
    result, films = run.result(), products.films
    record = result.record if output.record else None
    saved: Saved | None = None
    unsaved: ScumbleError | ReaderGone | None = None
    try:
        saved = products.picture.save([result.image], record) if products.picture else None
        unsaved = saved.problem if saved else to_stdout(result, output, default_name(run.plan))
    except ScumbleError as problem:  # no place takes it; the film may have one
        unsaved = problem
    film = films.finish(run.last) if run.last else None
    if stopped and not output.quiet:
        kept = "; its picture is kept" if saved or not products.picture else ""
        say(f"note: stopped at step {result.record.steps} of {run.plan.steps}{kept}")
        if run.checkpoint and run.checkpoint.current:
            say(f"note: scumble resume {run.checkpoint.path} goes on from there")
    if saved and saved.note and not output.quiet:
        say(f"note: {saved.note}")
    if saved or not unsaved:
        tell_result(result, saved.path if saved else None, films, film, output, run)
    return unsaved


def to_stdout(result: Result, output: Output, name: str) -> OutputError | ReaderGone | None:
    """Write the picture to stdout; where that takes no more, to a file, and return what went wrong."""
    record = result.record if output.record else None
    try:
        tell_bytes(outputs["png"]().encode([result.image], record.to_json() if record else None))
    except (OutputError, ReaderGone) as problem:
        saved = Destination(Path(name), "rename").save([result.image], record)
        say(f"note: the picture is kept as {str(saved.path)!r}")
        return problem
    return None


def tell_skipped(output: Output) -> None:
    """Say that the picture is there already."""
    path = str(as_path(str(output.output)))
    if output.json:
        tell_json({"output": path, "skipped": True})
        return
    if not output.quiet:
        say(f"{path} is there already; skipped")
    tell_path(path)


def tell_result(
    result: Result, written: Path | None, films: Films, film: Path | None, output: Output, run: Run
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
            "checkpoint": str(run.checkpoint.path) if run.checkpoint else None,
        }  # fmt: skip
        say_json(told) if output.to_stdout else tell_json(told)
        return
    if not output.quiet:
        costs = f"  {costs_line(record.costs)}" if output.verbose else ""
        say(f"{record.width} x {record.height}, {record.steps} steps in {record.seconds:.1f} s{costs}")
        if film:
            say(f"timelapse: {film}")
    if written is not None:
        tell_path(written)
