"""How far a batch is: by the work that is done and not by the number of pictures, for sizes and steps differ."""

from collections import Counter

from scumble.batching.once import Once
from scumble.batching.plan import work_of
from scumble.executors.base import JobResult, Task

MOST = 1000  # failures that are held; the ledger has them all


class Tally:
    """Counts.

    Args:
        rows: how many pictures there are in all; None where more may come.
        work: of them all, in pixels times steps.
    """

    def __init__(self, rows: int | None, work: float = 0.0) -> None:
        self.rows, self.work, self.done = rows, work, 0.0
        self.counts: Counter[str] = Counter()
        self.failed: list[JobResult] = []
        self._of = Once(work_of)
        self._begun: dict[int, float] = {}  # by number, the work that is done of a picture

    @property
    def count(self) -> int:
        """How many pictures are done, skipped or failed."""
        return self.counts.total()

    @property
    def progress(self) -> float:
        """The share of the work that is done, [0, 1]; what was done before is none."""
        if self.count == self.rows or self.work <= 0:
            return float(self.count == self.rows)
        return min(0.999, (self.done + sum(self._begun.values())) / self.work)

    def share(self, task: Task, share: float) -> None:
        """Take into account how much of a task is painted."""
        self._begun[task.number] = share * self._of(task.job.options)

    def add(self, result: JobResult) -> None:
        """Take into account what came of a job."""
        self.counts[result.status] += 1
        self._begun.pop(result.number, None)
        work = self._of(result.job.options)
        if result.status == "skipped":
            self.work -= work
        else:
            self.done += work
        if result.status == "failed" and len(self.failed) < MOST:
            self.failed.append(result)
