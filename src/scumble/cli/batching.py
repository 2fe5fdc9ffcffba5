"""The command `batch` at work: what was given, looked at as a whole, named, and handed to an executor."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from scumble.batching.batch import painted
from scumble.batching.ledger import Ledger, path_in
from scumble.batching.names import Namer
from scumble.batching.plan import Batch, Overview, make_folder
from scumble.batching.rows import Combined, Row
from scumble.batching.shard import Shard
from scumble.batching.tally import Tally
from scumble.batching.watch import watched
from scumble.cli.listing import Given
from scumble.errors import UsageError, several
from scumble.executors.base import Executor, JobResult, Share, executors
from scumble.executors.cores import shared
from scumble.paths import as_path
from scumble.runs.job import Job
from scumble.saving.on_exists import OnExists

Note = Callable[[str], object]
SECONDS = 2.0  # between two looks into a folder that is watched


class Work:
    """All that a batch will do, known before the first picture is read.

    Args:
        given: contents, styles and options.
        output: the folder of the pictures.
        name: their pattern.
        on_exists: what to do with files that no batch painted.
        executor: what paints.
        workers: of it; 0 to be chosen.
        shard: the part of the batch that is painted here.
        watch: whether to go on with what comes into the folders.
        reading: whether nothing is to be written.

    Raises:
        ScumbleError: what is wrong with any of it.
    """

    def __init__(
        self, given: Given, output: str, name: str, on_exists: OnExists, executor: str, workers: int, shard: Shard,
        *, watch: bool = False, reading: bool = False,
    ) -> None:  # fmt: skip
        self.given, self.folder, self.on_exists, self.shard = (
            given,
            os.fspath(as_path(output)),
            on_exists,
            shard,
        )
        self.ledger = path_in(self.folder, shard)
        self.book = Ledger(self.ledger, reading=reading)
        self.namer = Namer(name, self.book.digests.of)
        self.batch: Batch | None = None
        if watch:
            self.styles = watchable(given, self.namer)
            self.seen, self.tally = Overview(0, 0, 0, 0.0), Tally(None)
        else:
            self.batch = self.named(given.rows())
            self.seen = self.batch.survey()
            self.tally = Tally(self.seen.rows, self.seen.work)
        kind, options = executors[executor], given.options
        workers = workers if kind.beside else 1
        self.workers, self.threads = shared(workers, options.threads, self.tally.rows, options.device)
        self.executor: Executor = kind(self.workers, self.threads)

    def named(self, rows: Iterable[Row]) -> Batch:
        """Return rows as they are named and written here."""
        return Batch(rows, self.namer, self.folder, self.on_exists, self.shard)

    def results(self, share: Share, note: Note) -> Generator[JobResult]:
        """Yield what comes of each picture; `note` is told what the user should know."""
        make_folder(self.folder)
        jobs = self.batch.jobs() if self.batch else self.coming(note)
        return painted(jobs, self.executor, self.book, share)

    def coming(self, note: Note) -> Iterator[Job | None]:
        """Yield the jobs of pictures that come into the folders, None where there is none at the moment."""
        names: dict[str, str] = {}  # of pictures, and whose they are
        for found in watched(lambda: list(self.given.found(self.given.contents)), SECONDS):
            self.given.left.clear()  # of every look the same
            if found is None:
                yield None
                continue
            rows = Combined([found], self.styles, self.given.options, self.given.by)
            for job in self.named(rows).jobs():
                place = (job.outputs.picture or "").casefold()
                if names.setdefault(place, found.path) == found.path:
                    yield job
                else:
                    note(
                        f"{found.path!r} would be {job.outputs.picture!r}, as {names[place]!r} is; it is left out"
                    )

    def outlook(self) -> str:
        """Return in words what is to be done, and by how many."""
        crew = f"{several(self.workers, 'worker')} with {several(self.threads, 'thread')} each"
        if self.batch is None:
            return f"watching {', '.join(self.given.contents)}; {crew}"
        of = f" of {self.seen.rows + self.seen.others}" if self.seen.others else ""
        there = f", {self.seen.there} there already" if self.seen.there else ""
        return f"{several(self.seen.rows, 'picture')}{of}{there}; {crew}"

    def told(self) -> dict[str, Any]:
        """Return the end of it as JSON takes it."""
        counts = self.tally.counts
        return {
            "output": self.folder, "ledger": os.fspath(self.ledger), "painted": counts["done"],
            "skipped": counts["skipped"], "failed": counts["failed"], "workers": self.workers,
            "threads": self.threads,
        }  # fmt: skip


def watchable(given: Given, namer: Namer) -> list[str]:
    """Return the styles of what is watched.

    Raises:
        UsageError: something cannot be watched.
    """
    if given.by == "pair" or "index" in namer.fields:
        raise UsageError("--watch knows no order of the pictures that come", "leave out --pair and {index}")
    if not all(os.path.isdir(as_path(name)) for name in given.contents):  # noqa: PTH112 (a name, as all of them)
        raise UsageError("--watch takes folders", "scumble batch FOLDER --style painting.jpg --watch")
    styles = given.found_styles()
    if not styles:
        raise UsageError("no style was given; at least one is needed", "--style painting.jpg")
    return styles
