"""One content painted many ways: every combination of the values of one axis, or of two."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image

from scumble.comparing.axis import STYLE, Axis, label
from scumble.comparing.compare import References, measures_of
from scumble.errors import UsageError
from scumble.image.files import read_picture
from scumble.image.resize import fit, resize
from scumble.image.sheet import sheet
from scumble.options import Options
from scumble.paths import MAX_NAME
from scumble.plan.plan import Plan
from scumble.record import Record
from scumble.runs.job import Job
from scumble.runs.prepare import prepare
from scumble.runs.result import Result
from scumble.runs.run import Run

MAX_CELLS = 400
EMPTY = (214, 214, 214)  # color of a cell without a picture


@dataclass(frozen=True)
class Cell:
    """One picture of a grid: what it is painted from and with.

    Args:
        content: as `scumble.stylize` takes it.
        styles: the same.
        options: of the run.
        values: from each axis to the value on it, in words.
        plan: what the run will do.
    """

    content: Any
    styles: tuple[Any, ...]
    options: Options
    values: Mapping[str, str]
    plan: Plan = field(repr=False)

    @property
    def label(self) -> str:
        """All that is said of it in one line."""
        return ", ".join(label(name, value) for name, value in self.values.items())

    @property
    def job(self) -> Job:
        """The same as data, nothing to be written.

        Raises:
            JobError: a picture is not in a file.
        """
        return Job(content=self.content, styles=self.styles, options=self.options)

    def prepare(self) -> Run:
        """Return the run that paints it."""
        return prepare(self.content, list(self.styles), self.options)


@dataclass(frozen=True)
class Outcome:
    """What came of a cell.

    Args:
        picture: small; None where there is none.
        record: what made it.
        measures: of the picture as it was painted, by name; as in `scumble.measures`.
        path: where it is kept, if it is.
        problem: why there is no picture.
    """

    picture: Image.Image | None = None
    record: Record | None = None
    measures: Mapping[str, float] = field(default_factory=dict)
    path: Path | None = None
    problem: str = ""


def outcome(cell: Cell, result: Result, path: Path | None = None, width: int = 256) -> Outcome:
    """Return what came of a cell that was painted.

    Args:
        cell: of the grid.
        result: of its run.
        path: where the picture is kept, if it is.
        width: of a cell on the sheet, in pixels; the picture is kept no larger than it needs.
    """
    plan = cell.plan
    references = References(plan.content, plan.styles, plan.shares, "x" in cell.options.size)
    picture = result.image
    measures = measures_of(picture.convert("RGB"), references)
    edge = 2 * width  # of a picture that is high, as the sheet shows it
    small = resize(picture.convert("RGB"), fit(*picture.size, edge)) if max(picture.size) > edge else picture
    return Outcome(small, result.record, measures, path)


@dataclass(frozen=True)
class Grid:
    """Cells row by row: `x` changes from column to column, `y` from row to row."""

    x: Axis
    y: Axis | None
    cells: tuple[Cell, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of each cell a name for a file, such as `01_strength-20_preset-draft`."""
        return tuple(file_name(number, cell) for number, cell in enumerate(self.cells, 1))

    @cached_property
    def work(self) -> tuple[int, ...]:
        """How much there is to do for each cell, in units of our own."""
        return tuple(max(1, sum(scale.work for scale in cell.plan.scales)) for cell in self.cells)

    def progress(self, number: int, share: float) -> float:
        """Return the share of the whole work that is done where a share of cell `number` is, [0, 1]."""
        return (sum(self.work[:number]) + share * self.work[number]) / sum(self.work)

    def sheet(self, outcomes: Sequence[Outcome | None], width: int = 256) -> Image.Image:
        """Return a sheet of the pictures with their values; gray where there is none.

        Args:
            outcomes: of the cells, in their order; there may be fewer.
            width: of a cell, in pixels.
        """
        columns = len(self.x.values)
        pictures = [
            one.picture
            if one and one.picture
            else Image.new("RGB", (cell.plan.width, cell.plan.height), EMPTY)
            for cell, one in zip(self.cells, self._all(outcomes), strict=True)
        ]
        rows = [pictures[start : start + columns] for start in range(0, len(pictures), columns)]
        return sheet(rows, self.x.labels, self.y.labels if self.y else (), width)

    def rows(self, outcomes: Sequence[Outcome | None]) -> list[dict[str, Any]]:
        """Return what is known of each cell: its values, size, time, costs, measures, path, problem."""
        cells = zip(self.cells, self._all(outcomes), strict=True)
        return [{**cell.values, **row_of(one)} for cell, one in cells]

    def table(self, outcomes: Sequence[Outcome | None]) -> str:
        """Return the rows as CSV, with empty fields where something is not known."""
        rows = self.rows(outcomes)
        text = io.StringIO()
        names = sorted(dict.fromkeys(name for row in rows for name in row), key=_place)
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def _all(self, outcomes: Sequence[Outcome | None]) -> list[Outcome | None]:
        return [*outcomes, *[None] * (len(self.cells) - len(outcomes))]


def file_name(number: int, cell: Cell) -> str:
    """Return a name for a cell's picture, counted from 1."""
    parts = [re.sub(r"[^\w.+-]+", "-", part).strip("-.") for part in cell.label.split(", ")]
    name = "_".join([f"{number:02d}", *filter(None, parts)]).encode(errors="replace")
    return name[:MAX_NAME].decode(errors="ignore")


LAST = ("cost.", "measure.", "picture", "problem")


def _place(column: str) -> int:
    """Return where a column belongs: after those that all rows have, costs, then measures, then words."""
    return next((number for number, start in enumerate(LAST, 1) if column.startswith(start)), 0)


def row_of(outcome: Outcome | None) -> dict[str, Any]:
    """Return what is known of a cell's outcome, flat."""
    if outcome is None or outcome.record is None:
        return {"problem": outcome.problem if outcome else "not painted"}
    record = outcome.record
    costs = {name: cost for name, cost in record.costs.items() if name != "total"}
    return {
        "width": record.width, "height": record.height, "seconds": record.seconds, "steps": record.steps,
        "total": record.costs["total"], **{f"cost.{name}": cost for name, cost in costs.items()},
        **{f"measure.{name}": round(value, 6) for name, value in outcome.measures.items()},
        "picture": str(outcome.path or ""), "problem": "",
    }  # fmt: skip


def make_grid(content: Any, styles: Sequence[Any], options: Options, x: Axis, y: Axis | None = None) -> Grid:
    """Return a grid of which every cell can be painted; nothing heavy is loaded yet.

    Args:
        content: as `scumble.stylize` takes it.
        styles: the same; mixed in each cell, unless they are an axis.
        options: of all cells, but for the axes: a value there counts.
        x: from column to column.
        y: from row to row.

    Raises:
        UsageError: an axis twice, more than 400 cells, or what any cell cannot be painted with.
        ImageError: a picture that cannot be read.
    """
    axes = [axis for axis in (y, x) if axis]
    if y and x.name == y.name:
        raise UsageError(f"both axes are {x.name!r}; each needs an option of its own")
    if (number := len(x.values) * len(y.values if y else [0])) > MAX_CELLS:
        raise UsageError(f"the grid has {number} cells; {MAX_CELLS} are allowed")
    photo, paintings = read_picture(content), [read_picture(style) for style in styles]
    cells = []
    for places in product(*(range(len(axis.values)) for axis in axes)):
        own, used = options, range(len(styles))
        for axis, place in zip(axes, places, strict=True):
            own = own.replace(**axis.change(axis.values[place]))
            used = range(place, place + 1) if axis.name == STYLE else used
        told_first = zip(reversed(axes), reversed(places), strict=True)
        values = {axis.name: axis.told[place] for axis, place in told_first}
        plan = prepare(photo, [paintings[one] for one in used], own).plan
        cells.append(Cell(content, tuple(styles[one] for one in used), own, values, plan))
    return Grid(x, y, tuple(cells))
