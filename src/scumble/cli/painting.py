"""What `stylize`, `rerun` and `resume` share: flags to a job, signals to a stop, and what is told of the outcome."""

from collections.abc import Sequence
from pathlib import Path

from scumble.cli.console import say, say_json, tell_bytes, tell_json, tell_path
from scumble.cli.forecast import tell_plan
from scumble.cli.interrupts import Interrupts
from scumble.cli.output import Output, default_name, raise_first
from scumble.cli.progress import costs_line, reporter
from scumble.cli.settings import files_read
from scumble.cli.streams import ReaderGone
from scumble.errors import OutputError, OutputExists
from scumble.outputs.base import outputs
from scumble.paths import as_path
from scumble.runs.events import Note
from scumble.runs.fulfil import Outcome, Products, done_of, fulfil, products_at
from scumble.runs.job import Outputs
from scumble.runs.result import Result
from scumble.runs.run import Run
from scumble.saving.destination import Destination
from scumble.saving.names import resolve_path


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
    products = products_of(run, output, going_on, reads)
    if products is None:
        tell_skipped(output)
        return
    if output.dry_run:
        path = products.picture.path if products.picture else None
        tell_plan(run.rest, path, products.films, as_json=output.json)
        return
    with Interrupts() as interrupts:
        flags = {"as_json": output.json, "quiet": output.quiet, "verbose": output.verbose}
        with reporter(run.plan, run.until, **flags) as report:
            for note in notes:
                report(Note(text=note))
            outcome = fulfil(run, products, report=report, painting=interrupts.painting)
        problems = tell_outcome(outcome, run, products, output)
    raise_first(problems)


def products_of(run: Run, output: Output, going_on: Path | None, reads: Sequence[Path]) -> Products | None:
    """Return what a run will write, or None to skip it; a dry run only says what is there already.

    Raises:
        ScumbleError: see `scumble.runs.fulfil.settle`.
    """
    asked = Outputs(
        on_exists=output.on_exists, snapshots=output.snapshots, timelapse=output.timelapse,
        checkpoint=output.checkpoint, checkpoint_every=output.checkpoint_every, record=output.record,
    )  # fmt: skip
    path = None if output.to_stdout else place(output)
    if path is None and not output.to_stdout:
        return None
    return products_at(run, asked, path, going_on, [*reads, *files_read()])


def place(output: Output) -> Path | None:
    """Return where the picture goes, or None to skip it."""
    given = str(output.output)
    try:
        return resolve_path(given, output.on_exists)
    except OutputExists as error:
        if not output.dry_run:
            raise
        say(f"note: {error.message}")
        return Path(given)


def tell_outcome(
    outcome: Outcome, run: Run, products: Products, output: Output
) -> Sequence[BaseException | None]:
    """Say what came of a run and where its files are; return what went wrong, the gravest first."""
    problems: list[BaseException | None] = list(outcome.problems)
    if outcome.result is None:
        if isinstance(problems[0], KeyboardInterrupt) and not output.quiet:
            say("note: no step was made, so there is no picture to keep")
        return problems[:1]
    unsaved = to_stdout(outcome.result, output, default_name(run.plan)) if output.to_stdout else None
    problems.insert(int(outcome.stopped), unsaved)
    if outcome.stopped and not output.quiet:
        kept = "; its picture is kept" if outcome.path or output.to_stdout else ""
        say(f"note: stopped at step {outcome.result.record.steps} of {outcome.steps}{kept}")
        if run.checkpoint and run.checkpoint.current:
            say(f"note: scumble resume {run.checkpoint.path} goes on from there")
    for note in () if output.quiet else outcome.notes:
        say(f"note: {note}")
    if outcome.path or (output.to_stdout and not unsaved):
        tell_result(outcome, run, products, output)
    return problems


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


def tell_result(outcome: Outcome, run: Run, products: Products, output: Output) -> None:
    """Print the path last, or one JSON object; on stderr if stdout holds the picture."""
    done = done_of(outcome, run, products)
    if output.json:
        told = {"output": str(outcome.path or "-")} | done.model_dump(exclude={"output"})
        say_json(told) if output.to_stdout else tell_json(told)
        return
    if not output.quiet:
        costs = f"  {costs_line(done.costs)}" if output.verbose else ""
        say(f"{done.width} x {done.height}, {done.steps} steps in {done.seconds:.1f} s{costs}")
        if outcome.timelapse:
            say(f"timelapse: {outcome.timelapse}")
    if outcome.path is not None:
        tell_path(outcome.path)
