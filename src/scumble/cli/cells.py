"""The cells of a grid, painted one after the other, and how that is shown."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scumble.cli.console import printable, say, say_json
from scumble.cli.film import make_folder
from scumble.cli.output import MAX_NAME
from scumble.cli.progress import Clock
from scumble.errors import ScumbleError
from scumble.grid import Cell, Grid, Outcome, outcome, told
from scumble.outputs.files import OnExists

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
        event = {
            "event": "cell",
            "cell": number + 1,
            "of": len(self.grid.cells),
            "progress": round(progress, 4),
        }
        say_json(event | {"axes": dict(self.grid.cells[number].values)} | told(outcome))

    def note(self, text: str) -> None:
        say_json({"event": "note", "text": text})


class CellBar(CellLines):
    """One bar for the whole work, and a line for each cell that is done, for terminals."""

    def __init__(self, grid: Grid) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        super().__init__(grid)
        self.bar: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[told]}"),
            console=Console(stderr=True),
        )
        self.task = self.bar.add_task("", total=1.0, told="")
        self.bar.start()

    def step(self, number: int, progress: float, step: "Step") -> None:
        name = printable(f"[{number + 1}/{len(self.grid.cells)}] {self.grid.cells[number].label}")
        told = f"loss {float(step.total):.4g}  {self.clock.tell(progress)[1]}"
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


class Painter:
    """Paints the cells of a grid in order, and keeps what came of them.

    A cell that cannot be painted leaves its place empty, and the others are painted. `problem` is the first thing
    that went wrong.

    Args:
        grid: what to paint.
        folder: for the pictures as they were painted, or None.
        width: of a cell on the sheet, in pixels.
        on_exists: what to do with files in the folder.
    """

    def __init__(self, grid: Grid, folder: Path | None, width: int, on_exists: OnExists) -> None:
        self.grid, self.folder, self.width, self.on_exists = grid, folder, width, on_exists
        self.outcomes: list[Outcome] = []
        self.problem: BaseException | None = None

    def paint(self, report: CellReporter) -> None:
        """Paint until all is done, or Ctrl-C, or an error that nobody foresaw."""
        from scumble.engine.memory import release  # torch takes a second to import

        try:
            self._cells(report)
        except (Exception, KeyboardInterrupt) as problem:
            release(problem)  # to save the sheet takes memory, too
            self.problem = problem

    def _cells(self, report: CellReporter) -> None:
        from scumble.engine.memory import release

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
        result, path = run.result(), None
        if self.folder:
            make_folder(self.folder)
            path = self.folder / f"{file_name(number, cell)}.png"
            result.save(path, on_exists="overwrite" if self.on_exists == "overwrite" else "skip")
        return outcome(cell, result, path, self.width)


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
