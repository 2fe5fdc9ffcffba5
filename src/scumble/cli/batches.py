"""How a batch is shown while it is painted, and what is said at its end."""

import sys
from pathlib import Path
from typing import Self

from scumble.batching.tally import Tally
from scumble.cli.clock import Clock
from scumble.cli.console import printable, say, say_json
from scumble.cli.progress import percent, started_bar
from scumble.errors import several
from scumble.executors.base import JobResult, Task
from scumble.runs.events import Note, PictureDone

SECONDS_BETWEEN_LINES = 15.0
MOST = 20  # failures that are said in the end, which the ledger has all; and notes


class BatchReporter:
    """Counts and says nothing; the base of those that do. A context: `close` is called whatever happens."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.noted: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def share(self, task: Task, share: float) -> None:
        """Take into account how much of a task is painted."""
        self.tally.share(task, share)

    def add(self, result: JobResult) -> None:
        """Take into account what came of a job, and show it."""
        self.tally.add(result)
        self.show(result)

    def show(self, result: JobResult) -> None:
        """Show what came of a job."""

    def note_once(self, result: JobResult) -> None:
        """Say what the user should know of a job, once: what is said of a style is true of each content."""
        for note in result.notes:
            if note not in self.noted and len(self.noted) < 50 * MOST:
                self.noted.add(note)
                self.note(note)

    def note(self, text: str) -> None:
        """Say what the user should know."""

    def close(self) -> None:
        """Leave the terminal tidy."""


class BatchLines(BatchReporter):
    """A line for each picture, for logs and pipes; those that were done before have none."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self.clock = Clock()
        self.clock.tell(0.0)
        self.said = self.clock.now()

    def share(self, task: Task, share: float) -> None:
        super().share(task, share)
        if self.clock.now() - self.said >= SECONDS_BETWEEN_LINES:
            self.write(f"{self.where()}  {self.how_far()}")

    def show(self, result: JobResult) -> None:
        if result.status == "skipped":
            return
        self.write(f"{self.where()}  {said(result)}  {self.how_far()}".rstrip())
        self.note_once(result)

    def where(self) -> str:
        """Return how far it is, such as `[3/12]`."""
        rows = "" if self.tally.rows is None else f"/{self.tally.rows}"
        return f"[{self.tally.count}{rows}]"

    def how_far(self) -> str:
        """Return how much of all the work is done and how long the rest takes, such as ` 4 %  12 s left`."""
        tally = self.tally
        if tally.rows is None or tally.count == tally.rows:
            return ""
        return f"{percent(tally.progress)}  {self.clock.tell(tally.progress)[1]}".rstrip()

    def note(self, text: str) -> None:
        self.write(f"note: {printable(text)}")

    def write(self, text: str) -> None:
        """Write a line."""
        self.said = self.clock.now()
        say(text)


class BatchJson(BatchReporter):
    """One JSON object for each picture, for programs."""

    def show(self, result: JobResult) -> None:
        tally = self.tally
        told = result.told()
        event = PictureDone(picture=tally.count, of=tally.rows, progress=tally.progress, **told)
        say_json(event.to_json())
        self.note_once(result)

    def note(self, text: str) -> None:
        say_json(Note(text=text).to_json())


class BatchBar(BatchLines):
    """One bar for the whole work, and a line for each picture, for terminals."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(tally)
        self.bar, self.task = started_bar("getting ready")

    def share(self, task: Task, share: float) -> None:
        self.tally.share(task, share)
        self.move()

    def show(self, result: JobResult) -> None:
        super().show(result)
        self.move()

    def move(self) -> None:
        """Bring the bar to where the work is."""
        progress, told = self.tally.progress, self.how_far()
        self.bar.update(self.task, completed=progress, description=self.where(), told=told)

    def write(self, text: str) -> None:
        self.bar.console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def close(self) -> None:
        self.bar.stop()


def said(result: JobResult) -> str:
    """Return what is said of a picture that is done or failed."""
    if result.status == "failed":
        return printable(f"failed: {failure(result)}")
    return printable(f"{result.path}  {result.seconds:.1f} s")


def failure(result: JobResult) -> str:
    """Return whose picture failed, and why."""
    styles = " + ".join(style.image for style in result.job.styles)
    return f"{result.job.content} in {styles}: {result.message}"


def say_end(tally: Tally, ledger: Path) -> None:
    """Say how many pictures are done, skipped and failed; the failed ones last, with the reason for each."""
    done, skipped, failed = (tally.counts[status] for status in ("done", "skipped", "failed"))
    say(f"{several(done, 'picture')} painted, {skipped} done before, {failed} failed")
    for result in tally.failed[:MOST]:
        say(f"failed: {failure(result)}")
        if result.hint and len(tally.failed) == 1:
            say(f"hint: {result.hint}")
    if failed > MOST:
        say(f"and {failed - MOST} more, which {ledger} lists")


def batch_reporter(tally: Tally, *, as_json: bool, quiet: bool) -> BatchReporter:
    """Return the way to show a batch that fits the flags and the kind of stderr."""
    if quiet:
        return BatchReporter(tally)
    if as_json:
        return BatchJson(tally)
    return BatchBar(tally) if sys.stderr.isatty() else BatchLines(tally)
