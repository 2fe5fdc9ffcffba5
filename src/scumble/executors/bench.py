"""Where a process paints one task after the other, with what it loaded for the last ones."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scumble.errors import ScumbleError
from scumble.executors.base import JobResult, Status, Task
from scumble.options import Options
from scumble.paths import as_path
from scumble.plugins import blamed, is_out_of_memory
from scumble.runs.events import Event, Failed, Note, Stepped
from scumble.runs.fulfil import Outcome, Stop, fulfil, settle
from scumble.runs.session import Session
from scumble.saving.destination import Destination

MOST = 2  # sessions that are kept: VGG-19 takes 80 MB, and a batch rarely needs more than one network
Own = tuple[str, str, str, int]  # a session's backbone, device, precision and threads


class Bench:
    """Paints tasks, each as a process of its own would.

    Args:
        threads: of a job that does not say how many; 0 for torch's own choice.
    """

    def __init__(self, threads: int = 0) -> None:
        self.threads = threads
        self.sessions: dict[Own, Session] = {}

    def paint(
        self,
        task: Task,
        share: Callable[[float], object] = lambda _: None,
        stop: Stop = lambda: False,
    ) -> JobResult | None:
        """Paint a task and write its picture, if it is whole; return what came of it, None where it was stopped.

        Args:
            task: what to paint.
            share: is told after each step how much is painted, [0, 1].
            stop: asked after each step; True ends the painting.

        Raises:
            KeyboardInterrupt: it came while it was painted.
        """
        started, notes = time.monotonic(), []

        def report(event: Event) -> None:
            if isinstance(event, Stepped):
                share(event.progress)
            elif isinstance(event, Note):
                notes.append(event.text)

        try:
            outcome = self.outcome(task, report, stop)
        except Exception as error:
            outcome = Outcome(problems=(error,))
        for problem in outcome.problems[:1]:
            if isinstance(problem, KeyboardInterrupt):
                raise problem
        if outcome.stopped and not outcome.problems:
            return None
        told = told_of(outcome.problems[0]) if outcome.problems else {}
        status: Status = "skipped" if outcome.skipped else "failed" if told else "done"
        seconds = round(time.monotonic() - started, 2)
        return JobResult.of(
            task, status, path=outcome.path, seconds=seconds, notes=(*notes, *outcome.notes), **told
        )

    def outcome(self, task: Task, report: Callable[[Event], object], stop: Stop) -> Outcome:
        """Return what came of a run."""
        options = settled(task, self.threads)
        run = task.job.model_copy(update={"options": options}).prepare(self.session(options).prepare)
        run.key = task.key
        products = settle(run, task.job.outputs)
        if products is None:
            return Outcome(path=as_path(task.job.outputs.picture or ""), skipped=True)
        picture = products.picture
        if isinstance(picture, Destination):
            picture = replace(picture, only_here=True)  # many that find no room are not to fill other folders
        return fulfil(run, replace(products, picture=picture, whole=True), report=report, stop=stop)

    def session(self, options: Options) -> Session:
        """Return the session that paints such options, made if need be in the place of another."""
        own = (options.backbone, options.device, options.precision, options.threads)
        session = self.sessions.pop(own, None) or Session(
            own[0], device=own[1], precision=own[2], threads=own[3]
        )
        self.sessions[own] = session  # the last one is the latest
        for other in list(self.sessions)[:-MOST]:
            self.sessions.pop(other).close()
        return session

    def close(self) -> None:
        """Let go of what is loaded."""
        while self.sessions:
            self.sessions.popitem()[1].close()


def settled(task: Task, threads: int) -> Options:
    """Return the options that a task is painted with: half the memory where more was too much."""
    options = task.job.options
    own: dict[str, Any] = {}
    if threads and not options.threads:
        own["threads"] = threads
    if task.tries and options.max_memory:
        own["max_memory"] = options.max_memory * 0.5**task.tries
    return options.replace(**own) if own else options


def told_of(problem: BaseException) -> dict[str, Any]:
    """Return kind, message and hint of an error, each in a line."""
    told = Failed.of(problem)
    message, hint = told.message, told.hint
    if not isinstance(problem, ScumbleError):
        message = blamed(problem) or f"unexpected: {told.error}: {message}"
        if is_out_of_memory(problem):
            message, hint = "the memory is full", "a smaller --size or fewer --workers need less"
    return {"error": told.error, "message": " ".join(message.split()), "hint": hint}
