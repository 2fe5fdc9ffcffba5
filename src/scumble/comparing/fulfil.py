"""A grid fulfilled without a console: settled, painted cell by cell, kept whatever happens, told as events."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from scumble.comparing.grid import Cell, Grid, Outcome, outcome, row_of
from scumble.errors import ScumbleError
from scumble.machine.spinning import import_torch
from scumble.runs import fulfil as runs
from scumble.runs.events import CellDone, Event, Note, Stepped
from scumble.runs.film import Films
from scumble.runs.fulfil import Report, Stop
from scumble.runs.inputs import files_given
from scumble.runs.run import Run
from scumble.saving.destination import Destination, Saved, kept
from scumble.saving.files import write_text
from scumble.saving.names import resolve_path
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product, is_one_of, keep_apart
from scumble.saving.series import Member, Series

TABLE = ".csv"
"""Beside the sheet."""


@dataclass(frozen=True)
class Products:
    """All that a grid will write: its sheet, the table beside it, and its cells, if they are kept."""

    sheet: Path
    cells: Series | None
    on_exists: OnExists


@dataclass(frozen=True)
class Painted:
    """What came of a grid.

    Args:
        cells: what came of each, in their order, as far as there was time.
        sheet: where it is; None where it is not written.
        table: the same of the table.
        problems: what went wrong, the gravest first: what kept a cell from being painted, the sheet or the table from
            its place, and a painted cell from its file.
    """

    cells: Sequence[Outcome] = ()
    sheet: Path | None = None
    table: Path | None = None
    problems: tuple[BaseException, ...] = ()

    @property
    def count(self) -> int:
        """How many cells have a picture."""
        return sum(one.picture is not None for one in self.cells)


def settle_grid(
    grid: Grid, output: Path, cells: Path | None, on_exists: OnExists, reads: Iterable[Path] = ()
) -> Products | None:
    """Return what a grid will write, or None to skip it; to be asked before any work.

    Args:
        grid: to be painted.
        output: where the sheet goes; a table of the same name goes beside it.
        cells: the folder for the pictures as they were painted, or None.
        on_exists: what to do if any of them is there.
        reads: what is read beside the grid's pictures.

    Raises:
        UsageError: two products would be one file, or one of them is a file that is read.
        ScumbleError: see `resolve_path` and `Series`.
    """
    path = resolve_path(output, on_exists, [TABLE])
    if path is None:
        return None
    names = is_one_of([f"{name}.png" for name in grid.names])
    series = Series(cells, "cells", on_exists, names) if cells else None
    return products_at(grid, path, series, on_exists, reads)


def products_at(
    grid: Grid, path: Path, series: Series | None, on_exists: OnExists, reads: Iterable[Path] = ()
) -> Products:
    """Return what a grid will write where its sheet goes to a path; other arguments as for `settle_grid`."""
    products = [Product("output", path), Product("table", path.with_suffix(TABLE))]
    given = [
        file for cell in grid.cells for file in files_given(cell.content, list(cell.styles), cell.options)
    ]
    keep_apart([*products, *([series.product] if series else [])], list(dict.fromkeys([*given, *reads])))
    return Products(path, series, on_exists)


def fulfil_grid(
    grid: Grid,
    products: Products | None = None,
    width: int = 256,
    *,
    report: Report = lambda _: None,
    stop: Stop = lambda: False,
    painting: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Painted:
    """Paint the cells of a grid in order and write what it asks for; whatever ends it, keep what there is.

    A cell that cannot be painted leaves its place empty, and the others are painted; so does one that is not whole
    when the grid is stopped. One that cannot be written is on the sheet all the same.

    Args:
        grid: what to paint.
        products: what to write, as `settle_grid` says it; nothing when omitted.
        width: of a cell on the sheet, in pixels.
        report: is told the steps and notes of each cell, then that it is done; nothing needs a console.
        stop: asked after each step; True ends the painting, which is no error.
        painting: a context around the painting of each cell, as one in which signals raise `KeyboardInterrupt`.

    Returns:
        What came of it; an error on the way is in its `problems`.
    """
    import_torch()  # takes a second
    from scumble.machine.memory import release

    painter = Painter(grid, products.cells if products else None, width, report, stop, painting)
    problems: list[BaseException] = []
    try:
        painter.paint()
    except (Exception, KeyboardInterrupt) as problem:
        release(problem)  # to save the sheet takes memory, too
        painter.problems.insert(0, problem)
    finally:
        if painter.series:
            painter.series.close()
    found, sheet, table = painter.outcomes, None, None
    if products and any(one.picture for one in found):
        try:
            sheet, table = save(grid, found, products, width)
            problems += [one.problem for one in (sheet, table) if one.problem]
        except ScumbleError as problem:  # there is no place that takes it
            problems.append(problem)
    return Painted(
        tuple(found), sheet.path if sheet else None, table.path if table else None,
        (*painter.problems[:1], *problems, *painter.unsaved[:1]),
    )  # fmt: skip


class Painter:
    """Paints the cells of a grid and keeps what came of them; arguments as for `fulfil_grid`."""

    def __init__(
        self,
        grid: Grid,
        series: Series | None,
        width: int,
        report: Report,
        stop: Stop,
        painting: Callable[[], AbstractContextManager[object]],
    ) -> None:
        self.grid, self.series, self.width = grid, series, width
        self.report, self.stop, self.painting = report, stop, painting
        self.outcomes: list[Outcome] = []
        self.problems: list[BaseException] = []
        self.unsaved: list[BaseException] = []

    def paint(self) -> None:
        """Paint until all is done, or it is stopped, or an error comes that nobody foresaw."""
        from scumble.machine.memory import release

        for number, cell in enumerate(self.grid.cells):
            try:
                came = self.cell(number, cell)
            except ScumbleError as problem:
                release(problem)
                self.problems.append(problem)
                came = Outcome(problem=problem.message)
            if came is None:
                return
            self.outcomes.append(came)
            self.report(
                CellDone(
                    cell=number + 1, of=len(self.grid.cells), progress=self.grid.progress(number, 1.0),
                    axes=dict(cell.values), **row_of(came),
                )
            )  # fmt: skip

    def cell(self, number: int, cell: Cell) -> Outcome | None:
        """Return what came of a cell's run; None where it was stopped."""
        run = cell.prepare()
        place = Member(self.series, f"{self.grid.names[number]}.png") if self.series else None
        products = runs.Products(place, Films(run.plan, None, None, None, "error"), whole=True)
        came = runs.fulfil(
            run, products, report=self.reporting(cell, run), stop=self.stop, painting=self.painting
        )
        if came.stopped:
            if came.problems:
                raise came.problems[0]
            return None
        for problem in came.problems:
            self.unsaved.append(problem)
            self.report(Note(text=f"{cell.label}: {problem}; it is on the sheet"))
        assert came.result is not None
        return outcome(cell, came.result, came.path, self.width)

    def reporting(self, cell: Cell, run: Run) -> Report:
        """Return what tells of a run what a grid tells: all cells have the same pictures, so nothing of those."""
        pictures = set(run.plan.notes)

        def report(event: Event) -> None:
            if isinstance(event, Stepped):
                self.report(event)
            elif isinstance(event, Note) and event.text not in pictures:
                self.report(Note(text=f"{cell.label}: {event.text}"))

        return report


def save(grid: Grid, outcomes: Sequence[Outcome], products: Products, width: int) -> tuple[Saved, Saved]:
    """Write the sheet and the table, elsewhere if it must be; return where they are.

    Raises:
        ScumbleError: there is no place that takes them.
    """
    # files of those names that have appeared meanwhile are kept, too
    on_exists: OnExists = "overwrite" if products.on_exists == "overwrite" else "rename"
    path = products.sheet
    with suppress(ScumbleError):  # its place has gone: another is found
        path = resolve_path(path, on_exists, [TABLE]) or path
    sheet = Destination(path, on_exists).save([grid.sheet(outcomes, width)])
    beside = on_exists if sheet.path == path else "rename"
    table = sheet.path.with_suffix(TABLE)
    return sheet, kept(table, lambda to, how: write_text(to, grid.table(outcomes), how), beside)
