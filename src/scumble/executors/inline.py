"""In this process: nothing is started, and a picture that takes too much memory takes this process with it."""

import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

from scumble.executors.base import Executor, JobResult, Share, Task, executors
from scumble.executors.bench import Bench

PAUSE = 0.2  # seconds until it is asked again whether there is a task


@executors("inline")
class Inline(Executor):
    """Paint one job after the other in this process, on all cores."""

    beside: ClassVar[bool] = False

    def run(self, tasks: Iterable[Task | None], share: Share = lambda *_: None) -> Iterator[JobResult]:
        bench = Bench(self.threads)
        try:
            for task in tasks:
                if task is None:
                    time.sleep(PAUSE)
                    continue
                result = bench.paint(task, lambda done, task=task: share(task, done))  # type: ignore[misc]
                if result is not None:
                    yield result
        finally:
            bench.close()
