"""A job fulfilled without a console: settled, painted, kept whatever happens, told as events."""

import os
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scumble.errors import OutputExists, ScumbleError, UsageError
from scumble.machine.spinning import import_torch
from scumble.outputs.files import writer_for
from scumble.paths import as_path
from scumble.runs.events import Done, Event, Failed, Note, Planned, Snapshot, Stepped
from scumble.runs.film import Films, preview_of
from scumble.runs.job import Job, Outputs
from scumble.runs.result import Result
from scumble.runs.run import Run
from scumble.saving.destination import Destination, Saved
from scumble.saving.names import resolve_path
from scumble.saving.products import Product, keep_apart
from scumble.saving.series import Member

if TYPE_CHECKING:
    from scumble.engine.step import Step

UNNAMED = Path("stdout.png")  # beside it is what is kept on the way of a picture that is not written

Report = Callable[[Event], object]
Stop = Callable[[], bool]


@dataclass(frozen=True)
class Products:
    """All that a job will write.

    Args:
        picture: where it goes; None for nowhere.
        films: what is kept on the way.
        record: whether it goes with the picture.
        whole: whether a picture that is stopped on the way is not written.
    """

    picture: Destination | Member | None
    films: Films
    record: bool = True
    whole: bool = False

    def notes(self, run: Run) -> list[str]:
        """Say what was asked for and will not be in the file."""
        writer = writer_for(self.picture.path) if self.picture else None
        if writer is None or writer.carries_dpi or not run.plan.options.print_dpi:
            return []
        return [f"{writer.suffixes[0]} has no place for dots per inch, so the file does not say them"]


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Args:
        result: the picture, whole or so far; None where no step was made, or it was there already.
        path: where it is; None where it is not written.
        timelapse: where that is.
        steps: how many were planned.
        stopped: whether it is not whole.
        skipped: whether the output was there already, and nothing was done.
        notes: what the user should know of where the picture is.
        problems: what went wrong, the gravest first: what ended the painting, what kept the picture from its place,
            and the same of films and the checkpoint.
    """

    result: Result | None = None
    path: Path | None = None
    timelapse: Path | None = None
    steps: int = 0
    stopped: bool = False
    skipped: bool = False
    notes: tuple[str, ...] = ()
    problems: tuple[BaseException, ...] = ()


def settle(
    run: Run, asked: Outputs, going_on: Path | None = None, reads: Iterable[Path] = (), beside: Path = UNNAMED
) -> Products | None:
    """Return what a run will write, its checkpoint among it, or None to skip it; to be asked before any work.

    Args:
        run: to be painted.
        asked: what is to be written.
        going_on: the checkpoint that the run goes on from, which may be replaced.
        reads: what is read beside the run's pictures.
        beside: of a picture that is not written, where what is kept on the way goes.

    Raises:
        UsageError: two products would be one file, or one of them is a file that goes in.
        ScumbleError: see `resolve_path`.
    """
    free = None if asked.picture is None else resolve_path(asked.picture, asked.on_exists)
    if free is None and asked.picture is not None:
        return None
    return products_at(run, asked, free, going_on, reads, beside)


def products_at(
    run: Run,
    asked: Outputs,
    path: Path | None,
    going_on: Path | None = None,
    reads: Iterable[Path] = (),
    beside: Path = UNNAMED,
) -> Products:
    """Return what a run will write where its picture goes to a path, or nowhere; arguments as for `settle`."""
    picture = None if path is None else Destination(path, asked.on_exists)
    snapshots, timelapse = (one and as_path(one) for one in (asked.snapshots, asked.timelapse))
    films = Films(run.plan, path or beside, snapshots or None, timelapse or None, asked.on_exists)
    products = [*(picture.products if picture else []), *films.products]
    kept = as_path(asked.checkpoint) if asked.checkpoint else None
    if kept:
        keep_state(run, kept, asked, going_on)
        products.append(Product("checkpoint", kept))
    elif asked.checkpoint_every is not None:
        raise UsageError("there is no checkpoint to be written now and then", "name its file")
    going = [] if going_on is None or kept == going_on else [going_on]
    keep_apart(products, [*run.reads, *reads, *going])
    return Products(picture, films, asked.record)


def keep_state(run: Run, path: Path, asked: Outputs, going_on: Path | None) -> None:
    """Let a run keep its state in a file.

    Raises:
        OutputExists: there is something else, or one already, and nothing said that it may be replaced.
    """
    from scumble.runs.checkpoint import EVERY, Checkpoint  # torch takes a second to import

    every = asked.checkpoint_every
    checkpoint = Checkpoint(path, EVERY if every is None else every)
    if path != going_on and asked.on_exists != "overwrite" and os.path.lexists(path):
        raise OutputExists(
            f"the checkpoint {str(path)!r} is there already",
            f"scumble resume {path} goes on from it, --on-exists overwrite begins anew",
        )
    run.checkpoint = checkpoint


def fulfil(
    job: Job | Run,
    products: Products | None = None,
    *,
    report: Report = lambda _: None,
    stop: Stop = lambda: False,
    painting: Callable[[], AbstractContextManager[object]] = nullcontext,
    previews: float | None = None,
) -> Outcome:
    """Paint a job and write all that it asks for; whatever ends it, keep the picture so far.

    Args:
        job: what to paint; or a run that is prepared already.
        products: of a run, what it writes, as `settle` says it; of none, nothing is written.
        report: is told each event; `done` or `failed` is the last one, unless the job is skipped.
        stop: asked after each step; True ends the painting, which is no error.
        painting: a context around the painting alone, as one in which signals raise `KeyboardInterrupt`.
        previews: seconds between two of them; none when omitted.

    Raises:
        ScumbleError: what is wrong before anything is painted. What goes wrong later is in the outcome.
    """
    try:
        run = job.prepare() if isinstance(job, Job) else job
        if isinstance(job, Job):
            products = settle(run, job.outputs)
            if products is None:
                return Outcome(path=as_path(job.outputs.picture or ""), skipped=True)
    except ScumbleError as problem:
        report(Failed.of(problem))
        raise
    products = products or products_at(run, Outputs(), None)
    with closing(products.films):
        return Fulfilment(run, products, report, stop, previews).done(painting)


class Fulfilment:
    """One job on its way; arguments as for `fulfil`."""

    def __init__(
        self, run: Run, products: Products, report: Report, stop: Stop, previews: float | None
    ) -> None:
        self.run, self.products, self.report, self.stop = run, products, report, stop
        self.previews, self.seen = previews, -float("inf")
        self.stopped = False

    def done(self, painting: Callable[[], AbstractContextManager[object]]) -> Outcome:
        """Paint, write, tell the end of it, and return what came of it."""
        picture = self.products.picture
        self.report(Planned.of(self.run.rest, picture.path if picture else None))
        for note in (*self.run.notes, *self.run.plan.notes, *self.products.notes(self.run)):
            self.report(Note(text=note))
        problem = self.paint(painting)
        try:
            outcome = self.keep(problem) if self.run.last else self.nothing(problem)
        except Exception as error:
            self.report(Failed.of(error))
            raise
        self.report(self.told(outcome))
        return outcome

    def paint(self, painting: Callable[[], AbstractContextManager[object]]) -> BaseException | None:
        """Iterate over the run; return what ended it early, if anything did but who asked for it."""
        import_torch()  # takes a second
        from scumble.machine.memory import release

        try:
            # a checkpoint is written whatever happens
            with painting(), closing(iter(self.run)) as steps:
                for step in steps:
                    self.step(step)
                    if self.stop():
                        self.stopped = not is_last(self.run, step)
                        break
        except (Exception, KeyboardInterrupt) as problem:
            release(problem)  # to save the picture takes memory, too
            self.stopped = True
            return problem
        return None

    def step(self, step: "Step") -> None:
        """Tell a step, and keep what is kept on the way."""
        for note in step.notes:
            self.report(Note(text=note))
        told = Stepped.of_step(step)
        self.report(told)
        if taken := self.products.films.step(step):
            self.report(Snapshot(path=taken, count=step.count, costs=told.costs))
        if self.previews is not None and time.monotonic() - self.seen >= self.previews:
            self.report(preview_of(step))
            self.seen = time.monotonic()

    def keep(self, problem: BaseException | None) -> Outcome:
        """Write the picture to its place, or elsewhere if it must be; then the film."""
        run, films = self.run, self.products.films
        result = run.result()
        saved: Saved | None = None
        unsaved: ScumbleError | None = None
        try:
            saved = self.saved(result)
            unsaved = saved.problem if saved else None
        except ScumbleError as error:  # no place takes it; the film may have one
            unsaved = error
        film = films.finish(run.last) if run.last else None
        found = (problem, unsaved, films.problem, run.checkpoint.problem if run.checkpoint else None)
        return Outcome(
            result, saved.path if saved else None, film, run.plan.steps, self.stopped,
            notes=(saved.note,) if saved and saved.note else (), problems=tuple(one for one in found if one),
        )  # fmt: skip

    def saved(self, result: Result) -> Saved | None:
        """Write the picture; return None if it goes nowhere."""
        if not self.products.picture or (self.stopped and self.products.whole):
            return None
        return self.products.picture.save([result.image], result.record if self.products.record else None)

    def nothing(self, problem: BaseException | None) -> Outcome:
        """Return what came of a job of which no step was made."""
        return Outcome(steps=self.run.plan.steps, stopped=True, problems=(problem,) if problem else ())

    def told(self, outcome: Outcome) -> Event:
        """Return the last event of a job."""
        if outcome.problems:
            return Failed.of(outcome.problems[0], outcome.path)
        assert outcome.result is not None  # without a step something went wrong
        return done_of(outcome, self.run, self.products)


def is_last(run: Run, step: "Step") -> bool:
    """Return whether a step is the last one that a run makes."""
    return step.count == run.until or (step.scale == run.plan.scales[-1] and step.finished_scale)


def done_of(outcome: Outcome, run: Run, products: Products) -> Done:
    """Return what is told of a job that has a picture."""
    assert outcome.result is not None
    record, snapshots = outcome.result.record, products.films.snapshots
    return Done(
        output=outcome.path, width=record.width, height=record.height, steps=record.steps,
        seconds=record.seconds, costs=dict(record.costs), fallbacks=record.fallbacks, stopped=outcome.stopped,
        snapshots=snapshots.folder if snapshots else None, timelapse=outcome.timelapse,
        checkpoint=run.checkpoint.path if run.checkpoint else None,
    )  # fmt: skip
