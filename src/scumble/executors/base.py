"""What every executor is: jobs in, what came of each out, as they are finished."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from scumble.registry import Registry
from scumble.runs.job import Job

Status = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class Task:
    """A job on its way.

    Args:
        job: what to paint: paths and options, never pixels.
        number: its place among all, from 0.
        key: for the record, if there is one.
        tries: how often it was begun before and took its worker with it.
    """

    job: Job
    number: int = 0
    key: str | None = None
    tries: int = 0


@dataclass(frozen=True)
class JobResult:
    """What came of a job of a batch.

    Args:
        job: the same object that went in.
        status: `done`, `skipped`, as it was there already, or `failed`.
        number: the job's place among all, from 0.
        key: what the record of its picture carries.
        path: where the picture is; None where there is none.
        seconds: that it took, with reading and writing.
        error: kind of what went wrong, such as `ImageError`; empty where nothing did.
        message: the same in a line.
        hint: the remedy, if there is one.
        notes: what the user should know.
    """

    job: Job
    status: Status
    number: int = 0
    key: str | None = None
    path: Path | None = None
    seconds: float = 0.0
    error: str = ""
    message: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, task: Task, status: Status, **about: Any) -> "JobResult":
        """Return what came of a task."""
        return cls(task.job, status, task.number, task.key, **about)

    def told(self) -> dict[str, Any]:
        """Return what JSON takes: what went in, by name, and what came of it."""
        return {
            "status": self.status,
            "content": self.job.content,
            "styles": [style.image for style in self.job.styles],
            "output": None if self.path is None else os.fspath(self.path),
            "key": self.key,
            "seconds": self.seconds,
            "error": self.error,
            "message": self.message,
            "hint": self.hint,
        }


Share = Callable[[Task, float], object]
"""Is told now and then how much of a task is painted, [0, 1]."""


class Executor(ABC):
    """Paints tasks.

    Args:
        workers: how many are painted at once; 0 to be chosen.
        threads: of each that does not say it itself; 0 to be chosen.
    """

    beside: ClassVar[bool] = True  # whether it paints in other processes than this one

    def __init__(self, workers: int = 0, threads: int = 0) -> None:
        self.workers, self.threads = workers, threads

    @abstractmethod
    def run(self, tasks: Iterable[Task | None], share: Share = lambda *_: None) -> Iterator[JobResult]:
        """Yield what comes of each task, in the order in which they are finished.

        What goes wrong with one is told in its result and ends no other. To stop iterating, or an exception such as
        `KeyboardInterrupt`, ends the painting at a step: pictures that are not whole are not written.

        Args:
            tasks: taken as there is room for them, no more than a few ahead; None is none at the moment.
            share: see `Share`.
        """


executors: Registry[Executor] = Registry("executor", "executors")
"""All executors by name."""
