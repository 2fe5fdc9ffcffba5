"""Jobs in, results out: what is done already is skipped, all else is painted by an executor."""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from typing import Literal

from scumble.batching.keys import Keys
from scumble.batching.ledger import Ledger
from scumble.errors import JobError, require_kind
from scumble.executors.base import Executor, JobResult, Share, Task, executors
from scumble.paths import as_path
from scumble.record import read_key
from scumble.runs.job import Job


def batch(
    jobs: Iterable[Job | None],
    executor: Literal["processes", "inline"] | str = "processes",
    *,
    workers: int = 0,
    threads: int = 0,
    ledger: str | os.PathLike[str] | None = None,
) -> Iterator[JobResult]:
    """Paint many jobs, and yield what came of each, in the order in which they are finished.

    What goes wrong with one ends no other: its result says what it was. A picture that is there, whole, and was
    painted from the same pictures with the same options, weights and version, is `skipped`; one that a batch painted
    from others is replaced, and with other files that are there it is as the job's `on_exists` says. To stop
    iterating is to cancel: pictures that are not whole are not written.

    Args:
        jobs: taken as there is room for them, so there may be a million; each names its picture. None, of an iterator
            that waits for more, is no job at the moment.
        executor: `processes`, several beside this one, or `inline`, in this one.
        workers: how many are painted at once; 0 for as many as cores and memory allow.
        threads: of each job that does not say it; 0 for the cores that there are for each worker.
        ledger: a file to add lines of JSON to: what came of each job, and what speeds up the next batch.

    Raises:
        UnknownName: there is no such executor.
        JobError: a job that names no picture.
        UsageError: something else than jobs.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = tempfile.TemporaryDirectory()
        >>> photo, painting, out = (f"{folder.name}/{name}.png" for name in ("photo", "painting", "out"))
        >>> for path in (photo, painting):
        ...     Image.radial_gradient("L").convert("RGB").save(path)
        >>> job = Job(content=photo, styles=painting, options={"size": 48, "steps": 1}, outputs={"picture": out})
        >>> [(one.status, one.path.name) for one in batch([job], "inline")]
        [('done', 'out.png')]
        >>> [one.status for one in batch([job], "inline")]
        ['skipped']
        >>> folder.cleanup()
    """
    work = executors[executor](workers, threads)
    return painted(jobs, work, Ledger(as_path(ledger)) if ledger is not None else None)


def painted(
    jobs: Iterable[Job | None], work: Executor, ledger: Ledger | None = None, share: Share = lambda *_: None
) -> Generator[JobResult]:
    """Yield what came of each job; `share` as for `Executor.run`, other arguments as for `batch`."""
    keeping = Keeping(ledger or Ledger())
    try:
        for result in work.run(keeping.tasks(jobs), share):
            keeping.ledger.end(result)
            yield from keeping.skipped()
            yield result
        yield from keeping.skipped()
    finally:
        keeping.ledger.close()


class Keeping:
    """Tells what is to be painted from what is done; nothing is read of a picture that is not there.

    Args:
        ledger: knows digests, and what was begun.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.keys = ledger, Keys(ledger.digests)
        self._skipped: deque[JobResult] = deque()

    def tasks(self, jobs: Iterable[Job | None]) -> Iterator[Task | None]:
        """Yield the tasks that are to be painted."""
        number = 0
        for job in jobs:
            if job is None:
                yield None
                continue
            task = self.task(job, number)
            number += 1
            if task is not None:
                yield task

    def skipped(self) -> Iterator[JobResult]:
        """Yield what was found to be done since."""
        while self._skipped:
            yield self._skipped.popleft()

    def task(self, job: Job, number: int) -> Task | None:
        """Return the task of a job; None where there is nothing to do."""
        require_kind("a job", job, Job, "a scumble.Job")
        if not job.outputs.picture:
            raise JobError(
                f"the job of {job.content!r} names no picture to write", 'outputs={"picture": "out.png"}'
            )
        path, key = as_path(job.outputs.picture), self.keys.of(job)
        replaced = True  # also what appears meanwhile: that is another batch's
        if os.path.lexists(path):
            found, whole = read_key(path, self.ledger.digests.of)
            if whole and found is not None and found == key:
                self._skipped.append(JobResult(job, "skipped", number, key, path))
                return None
            replaced = found is not None or self.ledger.has_begun(job.outputs.picture)
        if replaced and job.outputs.on_exists == "error":
            outputs = job.outputs.model_copy(update={"on_exists": "overwrite"})
            job = job.model_copy(update={"outputs": outputs})
        task = Task(job, number, key)
        if replaced:
            self.ledger.begin(task)
        return task
