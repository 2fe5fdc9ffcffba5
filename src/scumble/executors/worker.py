"""The process that paints for another one: tasks as lines of JSON on stdin, what comes of them on stdout.

It stops at the next step once its stdin is closed, be it that the other process wants it or is gone. Signals that a
terminal or a queue sends to all processes are left to that one.
"""

import json
import os
import select
import signal
import sys
import time
from typing import Any, TextIO

from scumble.executors.base import JobResult, Task
from scumble.executors.bench import Bench
from scumble.machine.spinning import import_torch
from scumble.runs.job import Job

LEFT = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
EVERY = 0.2  # seconds between two words on how much is painted


def serve(threads: int, beside: int, plugins: list[str]) -> None:
    """Paint what comes until nothing does.

    Args:
        threads: of a job that does not say how many.
        beside: how many such processes share the memory.
        plugins: files to load.
    """
    for name in LEFT:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what libraries print is no answer
    import_torch()  # takes a second
    from scumble.machine.memory import share_memory
    from scumble.plugins import load_plugin

    for plugin in plugins:
        load_plugin(plugin)
    tell(answers, {"ready": True})
    bench = Bench(threads)
    for line in sys.stdin.buffer:
        told = json.loads(line)
        share_memory(0.5 ** told["tries"] / beside)
        task = Task(Job.from_json(told.pop("job")), **told)
        result = bench.paint(task, Sharing(answers), closing)
        if result is None:
            break
        tell(answers, answer(result))
    os._exit(0)  # without taking torch apart, which takes 0.3 s


def closing() -> bool:
    """Return whether stdin is closed: while a task is painted, no other one comes."""
    return bool(select.select([0], [], [], 0)[0])


def answer(result: JobResult) -> dict[str, Any]:
    """Return what is told of a result; its job is known to who asked."""
    told = {name: value for name, value in vars(result).items() if name not in ("job", "number", "key")}
    return told | {"path": None if result.path is None else os.fspath(result.path)}


def tell(answers: TextIO, told: dict[str, Any]) -> None:
    """Write a line; where nobody reads it, there is nothing more to do."""
    try:
        answers.write(json.dumps(told) + "\n")
        answers.flush()
    except OSError:
        os._exit(1)


class Sharing:
    """Tells now and then how much of a task is painted."""

    def __init__(self, answers: TextIO) -> None:
        self.answers, self.last = answers, time.monotonic()

    def __call__(self, share: float) -> None:
        """Take the share, [0, 1]."""
        if time.monotonic() - self.last >= EVERY:
            self.last = time.monotonic()
            tell(self.answers, {"share": round(share, 4)})
