"""In processes beside this one: work goes on in all of them, and one that is ended takes no other with it."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from selectors import EVENT_READ, DefaultSelector

from scumble.errors import RunFailed
from scumble.executors.base import Executor, JobResult, Share, Task, executors
from scumble.executors.cores import shared
from scumble.executors.link import Link
from scumble.plugins import plugin_files

PAUSE = 0.2  # seconds until it is asked again whether there is a task
PATIENCE = 15.0  # seconds for a step at which a worker stops
FALSE_STARTS = 3  # workers in a row that end before they say a word: none ever will
TRIES = 2


@executors("processes")
class Processes(Executor):
    """Paint several jobs at once, each in a process that is started anew and keeps its network.

    A process that is killed, as for want of memory, has its job tried once more when no other one paints, with half
    the memory.
    """

    def run(self, tasks: Iterable[Task | None], share: Share = lambda *_: None) -> Iterator[JobResult]:
        crew = Crew(*shared(self.workers, self.threads), share)
        try:
            yield from crew.results(iter(tasks))
        finally:
            crew.close()


class Crew:
    """The workers; arguments as for `Processes`, both chosen."""

    def __init__(self, workers: int, threads: int, share: Share) -> None:
        self.most, self.threads, self.share = workers, threads, share
        self.links: list[Link] = []
        self.again: deque[Task] = deque()  # that took a worker with them
        self.more = True  # whether there may be more tasks
        self.false_starts = 0
        self.ears = DefaultSelector()
        self.plugins = plugin_files()

    def results(self, tasks: Iterator[Task | None]) -> Iterator[JobResult]:
        """Yield what comes of each task."""
        while True:
            waiting = self.hand_out(tasks)
            if not self.busy() and self.again:
                self.give(self.again.popleft())
            if not self.busy():
                if not self.more:
                    return
                time.sleep(PAUSE)
                continue
            yield from self.listen(PAUSE if waiting else None)

    def busy(self) -> list[Link]:
        """Return the workers that paint."""
        return [link for link in self.links if link.task is not None]

    def hand_out(self, tasks: Iterator[Task | None]) -> bool:
        """Give tasks to workers while there is room; return whether there is, and no task at the moment."""
        while self.more and len(busy := self.busy()) < self.most:
            if any(link.task and link.task.tries for link in busy):
                return False  # alone
            try:
                task = next(tasks)
            except StopIteration:
                self.more = False
                return False
            if task is None:
                return True
            self.give(task)
        return False

    def give(self, task: Task) -> None:
        """Give a task to a worker that has none, or to a new one."""
        idle = next((link for link in self.links if link.task is None), None)
        if idle is None:
            idle = Link(self.threads, self.most, self.plugins)
            self.links.append(idle)
            self.ears.register(idle.answers, EVENT_READ, idle)
        idle.send(task)

    def listen(self, seconds: float | None) -> Iterator[JobResult]:
        """Yield what the workers say to be done, once one says something, or so many seconds have passed."""
        for key, _ in self.ears.select(seconds):
            link: Link = key.data
            told = link.hear()
            if told is None:
                yield from self.lost(link)
                continue
            for one in told:
                if not link.ready:
                    link.ready, self.false_starts = True, 0
                elif "share" in one:
                    assert link.task is not None
                    self.share(link.task, one["share"])
                else:
                    yield link.result(one)

    def lost(self, link: Link) -> Iterator[JobResult]:
        """Take leave of a worker that is gone; its task is tried once more, or failed."""
        self.ears.unregister(link.answers)
        self.links.remove(link)
        how, task = link.end(PATIENCE), link.task
        self.false_starts += not link.ready
        if self.false_starts >= FALSE_STARTS:
            raise RunFailed(
                f"{FALSE_STARTS} workers in a row ended as they were started: {how}",
                'executor="inline" paints without them',
            )
        if task is None:
            return
        task = replace(task, tries=task.tries + 1)
        if task.tries < TRIES:
            self.again.append(task)
            return
        yield JobResult.of(
            task, "failed", error="RunFailed", hint="a smaller --size or --max-memory needs less",
            message=f"its process was ended twice, by {how}; as a rule the memory was not enough",
        )  # fmt: skip

    def close(self) -> None:
        """Let the workers stop at a step, and wait for them."""
        for link in self.links:
            link.dismiss()
        end = time.monotonic() + PATIENCE
        while self.links:
            self.links.pop().end(end - time.monotonic())
        self.ears.close()
