"""The cells of a grid, painted one after the other, and how that is shown."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scumble.cli.clock import Clock
from scumble.cli.console import printable, say, say_json
from scumble.cli.interrupts import Interrupts
from scumble.cli.output import MAX_NAME, TABLE
from scumble.cli.progress import percent
from scumble.cli.settings import files_read
from scumble.comparing.grid import Cell, Grid, Outcome, outcome, told
from scumble.errors import OutputExists, ScumbleError
from scumble.runs.events import CellDone, Note
from scumble.runs.inputs import files_given
from scumble.runs.result import Result
from scumble.saving.names import resolve_path
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product, keep_apart, names_of
from scumble.saving.series import Series

if TYPE_CHECKING:
    from scumble.engine.run import Step


class CellReporter:
    """Says nothing; the base of those that do. A context: `close` is called whatever happens."""

    def __enter__(self) -> "CellReporter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def step(self, number: int, progress: float, step: "Step") -> None:
        """Show a step of cell `number`; `progress` is the share of the whole work that is done."""

    def done(self, number: int, progress: float, outcome: Outcome) -> None:
        """Say what came of a cell."""

    def note(self, text: str) -> None:
        """Say what the user should know."""

    def close(self) -> None:
        """Leave the terminal tidy."""


class CellLines(CellReporter):
    """A line for each cell, for logs and pipes."""

    def __init__(self, grid: Grid) -> None:
        self.grid, self.clock = grid, Clock()

    def step(self, number: int, progress: float, step: "Step") -> None:
        del number, step
        self.clock.tell(progress)  # its first one, since torch was loaded before

    def done(self, number: int, progress: float, outcome: Outcome) -> None:
        self.write(f"{self.line(number, outcome)}  {self.clock.tell(progress)[1]}".rstrip())

    def line(self, number: int, outcome: Outcome) -> str:
        """Return what is said of a cell that is done."""
        cell, record = self.grid.cells[number], outcome.record
        came = outcome.problem or "painted"
        if record:
            came = f"{record.steps} steps in {record.seconds:.1f} s  total {record.costs['total']:.4g}"
        return printable(f"[{number + 1}/{len(self.grid.cells)}] {cell.label}  {came}")

    def note(self, text: str) -> None:
        self.write(f"note: {printable(text)}")

    def write(self, text: str) -> None:
        """Write a line."""
        say(text)


class CellJson(CellReporter):
    """One JSON object for each cell, for programs."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def done(self, number: int, progress: float, outcome: Outcome) -> None:
        axes, of = dict(self.grid.cells[number].values), len(self.grid.cells)
        event = CellDone(cell=number + 1, of=of, progress=progress, axes=axes, **told(outcome))
        say_json(event.to_json())

    def note(self, text: str) -> None:
        say_json(Note(text=text).to_json())


class CellBar(CellLines):
    """One bar for the whole work, and a line for each cell that is done, for terminals."""

    def __init__(self, grid: Grid) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        super().__init__(grid)
        self.bar: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[told]}", markup=False),
            console=Console(stderr=True),
        )
        self.task = self.bar.add_task("", total=1.0, told="")
        self.bar.start()

    def step(self, number: int, progress: float, step: "Step") -> None:
        del step
        name = printable(f"[{number + 1}/{len(self.grid.cells)}] {self.grid.cells[number].label}")
        told = f"{percent(progress)}  {self.clock.tell(progress)[1]}".rstrip()
        self.bar.update(self.task, completed=progress, description=name, told=told)

    def write(self, text: str) -> None:
        self.bar.console.print(text, highlight=False, markup=False, emoji=False)

    def close(self) -> None:
        self.bar.stop()


def cell_reporter(grid: Grid, *, as_json: bool, quiet: bool) -> CellReporter:
    """Return the way to show the work that fits the flags and the kind of stderr."""
    if quiet:
        return CellReporter()
    if as_json:
        return CellJson(grid)
    return CellBar(grid) if sys.stderr.isatty() else CellLines(grid)


@dataclass(frozen=True)
class Products:
    """All that a grid will write: its sheet, the table beside it, and its cells, if they are kept."""

    sheet: Path
    cells: Series | None
    on_exists: OnExists


def settled(
    grid: Grid, output: Path, cells: Path | None, on_exists: OnExists, *, dry_run: bool
) -> Products | None:
    """Return what a grid will write, or None to skip it; a dry run only says what is there already.

    Raises:
        UsageError: two products would be one file, or one of them is a file that is read.
        ScumbleError: see `resolve_path`.
    """
    series, path = None, output
    names = names_of([f"{file_name(number, cell)}.png" for number, cell in enumerate(grid.cells)])
    try:
        free = resolve_path(output, on_exists, [TABLE])
        if free is None:
            return None
        path = free
        series = Series(cells, "cells", on_exists, names) if cells else None
    except OutputExists as error:
        if not dry_run:
            raise
        say(printable(f"note: {error.message}"))
    sheet = [Product("output", path), Product("table", path.with_suffix(TABLE))]
    reads = [
        file for cell in grid.cells for file in files_given(cell.content, list(cell.styles), cell.options)
    ]
    keep_apart([*sheet, *([series.product] if series else [])], list(dict.fromkeys([*reads, *files_read()])))
    return Products(path, series, on_exists)


class Painter:
    """Paints the cells of a grid in order, and keeps what came of them.

    A cell that cannot be painted leaves its place empty, and the others are painted. `problem` is the first thing
    that went wrong, `unsaved` what kept a painted cell from its file; it is on the sheet all the same.

    Args:
        grid: what to paint.
        cells: the folder for the pictures as they were painted, or None.
        width: of a cell on the sheet, in pixels.
    """

    def __init__(self, grid: Grid, cells: Series | None, width: int) -> None:
        self.grid, self.cells, self.width = grid, cells, width
        self.outcomes: list[Outcome] = []
        self.problem: BaseException | None = None
        self.unsaved: ScumbleError | None = None

    def paint(self, report: CellReporter, interrupts: Interrupts) -> None:
        """Paint until all is done, or Ctrl-C, or an error that nobody foresaw."""
        from scumble.machine.memory import release  # torch takes a second to import

        try:
            with interrupts.painting():
                self._cells(report)
        except (Exception, KeyboardInterrupt) as problem:
            release(problem)  # to save the sheet takes memory, too
            self.problem = problem
        if self.cells:
            self.cells.close()

    def _cells(self, report: CellReporter) -> None:
        from scumble.machine.memory import release

        work = [max(1, sum(scale.work for scale in cell.plan.scales)) for cell in self.grid.cells]
        for number, cell in enumerate(self.grid.cells):
            before = sum(work[:number]) / sum(work)
            try:
                came = self._cell(number, cell, before, work[number] / sum(work), report)
            except ScumbleError as problem:
                release(problem)
                self.problem = self.problem or problem
                came = Outcome(problem=problem.message)
            self.outcomes.append(came)
            report.done(number, before + work[number] / sum(work), came)

    def _cell(self, number: int, cell: Cell, before: float, share: float, report: CellReporter) -> Outcome:
        run = cell.prepare()
        for step in run:
            for note in step.notes:
                report.note(f"{cell.label}: {note}")
            report.step(number, before + share * step.progress, step)
        result = run.result()
        path = self._keep(number, cell, result, report) if self.cells else None
        return outcome(cell, result, path, self.width)

    def _keep(self, number: int, cell: Cell, result: Result, report: CellReporter) -> Path | None:
        """Write a cell's picture; where that cannot be, say so and go on."""
        assert self.cells is not None
        try:
            path = self.cells.open() / f"{file_name(number, cell)}.png"
            result.save(path, on_exists=self.cells.each)
        except ScumbleError as problem:
            self.unsaved = self.unsaved or problem
            report.note(f"{cell.label}: {problem.message}; it is on the sheet")
            return None
        return path


def file_name(number: int, cell: Cell) -> str:
    """Return a name for a cell's picture, such as `01_strength-20_preset-draft`."""
    parts = [re.sub(r"[^\w.+-]+", "-", part).strip("-.") for part in cell.label.split(", ")]
    name = "_".join([f"{number + 1:02d}", *filter(None, parts)]).encode(errors="replace")
    return name[:MAX_NAME].decode(errors="ignore")


def forecasts(grid: Grid) -> Iterator[float]:
    """Yield how many seconds each cell will take, about."""
    from scumble.engine.forecast import forecast  # torch takes a second to import

    for cell in grid.cells:
        yield forecast(cell.plan).seconds
