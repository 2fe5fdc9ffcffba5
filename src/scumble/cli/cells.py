"""How a grid is shown while it is painted."""

import sys

from scumble.cli.clock import Clock
from scumble.cli.console import printable, say, say_json
from scumble.cli.progress import Reporter, percent, started_bar
from scumble.comparing.grid import Grid
from scumble.runs.events import CellDone, Event, Note, Stepped


class CellReporter(Reporter):
    """Says nothing; the base of those that do. Steps are those of the cell after the last one that is done."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid, self.number = grid, 0

    def __call__(self, event: Event) -> None:
        """Show an event."""
        super().__call__(event)
        if isinstance(event, CellDone):
            self.number = event.cell
            self.done(event)

    def done(self, cell: CellDone) -> None:
        """Say what came of a cell."""


class CellLines(CellReporter):
    """A line for each cell, for logs and pipes."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self.clock = Clock()

    def step(self, step: Stepped) -> None:
        self.clock.tell(self.progress(step))  # its first one, since torch was loaded before

    def progress(self, step: Stepped) -> float:
        """Return the share of the whole work that is done."""
        return self.grid.progress(self.number, step.progress)

    def done(self, cell: CellDone) -> None:
        self.write(f"{self.line(cell)}  {self.clock.tell(cell.progress)[1]}".rstrip())

    def line(self, cell: CellDone) -> str:
        """Return what is said of a cell that is done."""
        row = cell.model_extra or {}
        came = row["problem"] or f"{row['steps']} steps in {row['seconds']:.1f} s  total {row['total']:.4g}"
        return printable(f"{self.name(cell.cell - 1)}  {came}")

    def name(self, number: int) -> str:
        """Return what a cell is called, such as `[1/3] strength 20`."""
        return f"[{number + 1}/{len(self.grid.cells)}] {self.grid.cells[number].label}"

    def note(self, text: str) -> None:
        self.write(f"note: {printable(text)}")

    def write(self, text: str) -> None:
        """Write a line."""
        say(text)


class CellJson(CellReporter):
    """One JSON object for each cell, for programs."""

    def done(self, cell: CellDone) -> None:
        say_json(cell.to_json())

    def note(self, text: str) -> None:
        say_json(Note(text=text).to_json())


class CellBar(CellLines):
    """One bar for the whole work, and a line for each cell that is done, for terminals."""

    def __init__(self, grid: Grid) -> None:
        super().__init__(grid)
        self.bar, self.task = started_bar("")

    def step(self, step: Stepped) -> None:
        progress, name = self.progress(step), printable(self.name(self.number))
        told = f"{percent(progress)}  {self.clock.tell(progress)[1]}".rstrip()
        self.bar.update(self.task, completed=progress, description=name, told=told)

    def write(self, text: str) -> None:
        self.bar.console.print(text, highlight=False, markup=False, emoji=False)

    def close(self) -> None:
        self.bar.stop()


def cell_reporter(grid: Grid, *, as_json: bool, quiet: bool) -> CellReporter:
    """Return the way to show the work that fits the flags and the kind of stderr."""
    if quiet:
        return CellReporter(grid)
    if as_json:
        return CellJson(grid)
    return CellBar(grid) if sys.stderr.isatty() else CellLines(grid)
