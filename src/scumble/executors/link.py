"""A worker process as its driver sees it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from scumble.executors.base import JobResult, Task

START = """
import json, sys
told = json.loads(sys.argv[1])
sys.path[:] = told.pop("path")
from scumble.executors.worker import serve
serve(**told)
"""
"""Not by `multiprocessing`, which would run the caller's own program again in each worker."""

PART = 1 << 16  # bytes that are read at once


class Link:
    """Starts a process that paints, gives it one task at a time and hears what comes of it.

    Args:
        threads: of each job that does not say how many.
        beside: how many such processes there may be.
        plugins: files that each of them loads.
    """

    def __init__(self, threads: int, beside: int, plugins: Sequence[Path]) -> None:
        told = {
            "path": [one for one in sys.path if isinstance(one, str)], "threads": threads, "beside": beside,
            "plugins": list(map(str, plugins)),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, json.dumps(told)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C is not for it
        )  # fmt: skip
        self.task: Task | None = None
        self.ready = False  # whether it ever said a word
        self.heard = b""

    @property
    def answers(self) -> IO[bytes]:
        """Where it is heard."""
        assert self.process.stdout is not None
        return self.process.stdout

    def send(self, task: Task) -> None:
        """Give it a task; one that is gone by now is heard to be."""
        assert self.process.stdin is not None
        self.task = task
        told = {"job": task.job.to_json(), "number": task.number, "key": task.key, "tries": task.tries}
        try:
            self.process.stdin.write(json.dumps(told).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def hear(self) -> list[dict[str, Any]] | None:
        """Return what it said since; None once it is gone."""
        part = os.read(self.answers.fileno(), PART)
        if not part:
            return None
        *lines, self.heard = (self.heard + part).split(b"\n")
        return [json.loads(line) for line in lines]

    def result(self, told: dict[str, Any]) -> JobResult:
        """Return what came of its task, which is done."""
        assert self.task is not None
        task, self.task = self.task, None
        path = None if told["path"] is None else Path(told.pop("path"))
        return JobResult.of(task, **{**told, "path": path, "notes": tuple(told["notes"])})

    def dismiss(self) -> None:
        """Let it stop at its next step."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            return

    def end(self, patience: float) -> str:
        """Wait for its end, which is brought about after so many seconds; return in words how it ended."""
        self.dismiss()
        try:
            code = self.process.wait(max(0.0, patience))
        except subprocess.TimeoutExpired:
            self.process.kill()  # what it had begun to write is hidden, and goes with the next file there
            code = self.process.wait()
        self.answers.close()
        if code >= 0:
            return f"exit code {code}"
        names = {one.value: one.name for one in signal.Signals}
        return names.get(-code, f"signal {-code}")
