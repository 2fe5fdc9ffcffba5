"""The course of a run: JSON lines, and how fast it goes."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from torch import Tensor

SILENCE = 30  # seconds after which one wonders whether a run goes on


class Log:
    """Append rows to a file of JSON lines; a run that goes on adds to what is there."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, row: dict[str, Any]) -> None:
        """Add a row; it is on the disk when this returns."""
        print(json.dumps(row), file=self._file, flush=True)

    def say(self, step: int, progress: float, seconds: float, what: str, errors: Iterable[float]) -> None:
        """Tell the person who waits how far it is, how long it will take, and the errors of each layer."""
        self._said = time.monotonic()
        left = f", {seconds / progress * (1 - progress) / 60:.0f} min left" if progress else ""
        shown = " ".join(f"{error:.3f}" for error in errors)
        print(f"update {step}, {progress:.0%}{left}; {what} {shown}", file=sys.stderr)

    @property
    def silent(self) -> bool:
        """Whether it is time to say something again."""
        return time.monotonic() - self._said > SILENCE


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a log; of what was done twice, after a run was broken off, only the later."""
    rows: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "from_step" in row:
            rows = [one for one in rows if one.get("step", 0) <= row["from_step"]]
        rows.append(row)
    return rows


class Speed:
    """Throughput since the last time it was told, and the share of time in which there was nothing to compute with.

    Args:
        batch: crops in an update.
        side: pixels of a crop's side.
    """

    def __init__(self, batch: int, side: int) -> None:
        self.batch, self.pixels = batch, batch * side * side
        self._begun, self._processor = time.monotonic(), time.process_time()
        self._restart()

    def _restart(self) -> None:
        self._updates, self._busy, self._computed, self._waited = 0, 0.0, 0.0, 0.0

    def watch(self, images: Iterator[Tensor]) -> Iterator[Tensor]:
        """Yield what an iterator yields and take the time that it makes one wait."""
        self.skip()
        while True:
            asked = time.monotonic()
            image = next(images, None)
            if image is None:
                return
            self._waited += time.monotonic() - asked
            yield image

    def skip(self) -> None:
        """Leave out the time since the last lap."""
        self._begun, self._processor = time.monotonic(), time.process_time()

    def lap(self) -> float:
        """Count an update; return the seconds since the last one."""
        seconds = time.monotonic() - self._begun
        self._computed += time.process_time() - self._processor
        self._updates += 1
        self._busy += seconds
        self.skip()
        return seconds

    def told(self) -> dict[str, float]:
        """Return crops and megapixels a second, processor seconds an update, share of waiting; count anew."""
        seconds = max(self._busy, 1e-9)
        told = {
            "crops/s": self._updates * self.batch / seconds,
            "Mpixel/s": self._updates * self.pixels / seconds / 1e6,
            "cpu s/update": self._computed / self._updates,
            "waiting": self._waited / seconds,
        }
        self._restart()
        return {name: round(value, 4) for name, value in told.items()}
