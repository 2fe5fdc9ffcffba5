"""The list of what a batch did: a report, and a memory of digests. What is done, the pictures themselves say."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scumble.batching.digests import Digests, Seen, short
from scumble.batching.shard import Shard
from scumble.disk import system
from scumble.executors.base import JobResult, Task

NAME = "scumble-batch{}.jsonl"
PATTERN = NAME.format("*")
LONGEST = 2**20  # bytes of a line; what is longer is none of ours


def path_in(folder: str, shard: Shard) -> Path:
    """Return where the ledger of a folder of pictures is; each shard of them has its own."""
    return Path(folder, NAME.format("" if shard.of == 1 else f"-{shard.number}-of-{shard.of}"))


class Ledger:
    """A JSON object in each line, only ever added to; one that was cut short, or is wrong, counts as none.

    It reads those of other shards beside it, too. Where it cannot be written, the pictures are painted all the same.

    Args:
        path: where it is, or will be, once something is added; None to keep none.
        reading: whether nothing is to be added.
    """

    def __init__(self, path: Path | None = None, *, reading: bool = False) -> None:
        self.path, self.reading = path, reading
        self.digests = Digests(learn=self._learn)
        self._begun: set[int] = set()
        self._descriptor: int | None = None
        for told in self._lines():
            self._read(told)

    def has_begun(self, output: str) -> bool:
        """Return whether a batch began to paint a picture, given its path, and did not come to its end."""
        return short(self._within(output)) in self._begun

    def begin(self, task: Task) -> None:
        """Add that a task is begun, where no file of others is in its way: what is there until it ends is ours."""
        output = task.job.outputs.picture or ""
        self._add(
            {"status": "begun", "content": task.job.content, "output": self._within(output), "key": task.key}
        )

    def end(self, result: JobResult) -> None:
        """Add what came of a task."""
        output = result.job.outputs.picture or ""
        self._add(result.told() | {"output": self._within(output)})

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            with suppress(OSError):
                system.close(self._descriptor)
            self._descriptor = None

    def _within(self, output: str) -> str:
        """Return an output's path within the folder, whatever that is called now."""
        return os.path.relpath(output, self.path.parent) if self.path else output

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self.path is None:
            return
        for path in sorted({self.path, *self.path.parent.glob(PATTERN)}):
            if not path.is_file():  # a pipe would be waited for
                continue
            with suppress(OSError), path.open("rb") as file:
                while line := file.readline(LONGEST):
                    with suppress(ValueError, RecursionError):
                        told = json.loads(line)
                        if isinstance(told, dict):
                            yield told

    def _read(self, told: dict[str, Any]) -> None:
        with suppress(KeyError, TypeError, ValueError):
            if "file" in told:
                self.digests.keep((told["file"], told["size"], told["mtime_ns"]), told["sha256"])
            elif told["status"] == "begun":
                self._begun.add(short(told["output"]))
            elif told["status"] in ("done", "failed"):
                self._begun.discard(short(told["output"]))

    def _learn(self, seen: Seen, digest: str) -> None:
        path, size, changed = seen
        self._add({"file": path, "size": size, "mtime_ns": changed, "sha256": digest})

    def _add(self, told: dict[str, Any]) -> None:
        if self.path is None or self.reading or (self.path.exists() and not self.path.is_file()):
            return
        told = {"time": datetime.now(UTC).isoformat(timespec="seconds"), **told}
        line = json.dumps({name: value for name, value in told.items() if value not in ("", None)})
        with suppress(OSError):
            if self._descriptor is None:
                self._descriptor = system.open(
                    self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666
                )
                end = system.fstat(self._descriptor).st_size
                if end and system.read(self._descriptor, 1, end - 1) != b"\n":
                    line = "\n" + line  # after one that was cut short
            system.write(
                self._descriptor, line.encode() + b"\n"
            )  # in one call, so that two batches mix lines only
