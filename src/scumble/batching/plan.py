"""All rows looked at before the first one is painted: what is to be written, and whether anything is in its way."""

import os
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from scumble.batching.names import Namer
from scumble.batching.once import Once
from scumble.batching.places import Places
from scumble.batching.rows import Row
from scumble.batching.shard import WHOLE, Shard
from scumble.errors import UsageError
from scumble.options import Options
from scumble.plan.plan import scales_of
from scumble.runs.job import Job, Outputs
from scumble.saving.on_exists import OnExists

USUAL = (4, 3)  # shape of a photograph that was not read yet


@dataclass(frozen=True)
class Overview:
    """How much there is to do.

    Args:
        rows: of this shard.
        there: of these, how many have a file where their picture goes.
        others: rows of other shards.
        work: of them all, in pixels times steps.
    """

    rows: int
    there: int
    others: int
    work: float


@dataclass(frozen=True)
class Batch:
    """Rows, what their pictures are called and where they go; to be gone through as often as need be.

    Args:
        rows: in their order.
        namer: names their pictures.
        folder: of all pictures.
        on_exists: what to do with a file that no batch painted.
        shard: which of the rows are painted here.
    """

    rows: Iterable[Row]
    namer: Namer
    folder: str
    on_exists: OnExists = "error"
    shard: Shard = WHOLE

    def outputs(self) -> Iterator[tuple[Row, str, bool]]:
        """Yield each row, the path of its picture, and whether it is one of this shard."""
        for index, row in enumerate(self.rows):
            name = self.namer.of(row, index)
            yield row, os.path.join(self.folder, name), self.shard.has(name)

    def survey(self) -> Overview:
        """Look at all rows, of which none is kept: a million take 16 MB.

        Raises:
            UsageError: two rows have one picture to write, or one would be written over a picture that is read; or a
                list with a wrong row.
        """
        place, writes, reads = Places(), array("Q"), array("Q")
        rows = there = others = 0
        work, once = 0.0, Once(work_of)
        last = Row("", (), "", Options())
        for row, path, ours in self.outputs():
            writes.append(place(path))
            if row.content != last.content:
                reads.append(place(row.content))
            if row.styles != last.styles:
                reads.extend(map(place, row.styles))
            last = row
            if not ours:
                others += 1
                continue
            rows += 1
            there += os.path.lexists(path)
            work += once(row.options)
        self._require_apart(place, np.frombuffer(writes, np.uint64), np.frombuffer(reads, np.uint64))
        return Overview(rows, there, others, work)

    def jobs(self) -> Iterator[Job]:
        """Yield the job of each row of this shard, its folder made.

        Raises:
            UsageError: a folder cannot be made.
        """
        made: set[str] = set()
        for row, path, ours in self.outputs():
            if not ours:
                continue
            folder = os.path.dirname(path)
            if folder not in made:
                make_folder(folder)
                made.add(folder)
            yield job_of(row, path, self.on_exists)

    def _require_apart(
        self, place: Places, writes: "np.typing.NDArray[np.uint64]", reads: "np.typing.NDArray[np.uint64]"
    ) -> None:
        ordered = np.sort(writes)
        twins = set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
        read = set(np.intersect1d(ordered, reads).tolist())
        if not twins and not read:
            return
        first: dict[int, Row] = {}
        for row, path, _ in self.outputs():
            at = place(path)
            if at in read:
                raise UsageError(f"the picture of {row.content!r} would take the place of {path!r}, which is read",
                                 "-o ANOTHER-FOLDER, or another --name")  # fmt: skip
            if at in twins and at in first:
                raise UsageError(
                    f"the pictures of {told(first[at])} and of {told(row)} would both be {path!r}",
                    "--name '{stem}-{ext}__{style}.png', or with {parent} or {index:04}, tells them apart",
                )
            if at in twins:
                first[at] = row


def job_of(row: Row, path: str, on_exists: OnExists) -> Job:
    """Return the job of a row."""
    outputs = Outputs(picture=path, on_exists=on_exists)
    return Job(content=row.content, styles=row.styles, options=row.options, outputs=outputs)


def make_folder(folder: str) -> None:
    """Make a folder for pictures, unless it is there.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        os.makedirs(folder or ".", exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the folder {folder!r} cannot be made: {error.strerror}", "-o ANOTHER-FOLDER"
        ) from error


def told(row: Row) -> str:
    """Return what goes into a row, in words."""
    return f"{row.content!r} in {' + '.join(map(repr, row.styles))}"


def work_of(options: Options) -> float:
    """Return about how much work a picture is, in pixels times steps: its photograph was not read yet."""
    return max(1.0, sum(scale.work for scale in scales_of(options, *USUAL)))
