"""A grid fulfilled without a console: what it writes, tells and keeps, whatever ends it."""

import csv
from pathlib import Path
from typing import Any

import pytest

from scumble.comparing.axis import parse_axis
from scumble.comparing.fulfil import fulfil_grid, settle_grid
from scumble.comparing.grid import make_grid
from scumble.errors import OutputExists, ScumbleError, UsageError
from scumble.options import Options
from scumble.record import read_record

TINY = Options(size=48, steps=2, coarsest=0, threads=1, regions="off")
NAMES = ["01_strength-20.png", "02_strength-80.png"]
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def grid(desk):
    """Two strengths."""
    assert desk.is_dir()
    return make_grid("photo.png", ["paint.png"], TINY, parse_axis("strength=20,80"))


def settled(grid, on_exists="error"):
    return settle_grid(grid, Path("sheet.png"), Path("cells"), on_exists)


def table():
    with open("sheet.csv", encoding="utf-8", newline="") as file:  # noqa: PTH123
        return list(csv.DictReader(file))


def test_a_grid_writes_all_that_it_asks_for_and_tells_it(grid, desk):
    events: list[Any] = []
    painted = fulfil_grid(grid, settled(grid), 64, report=events.append)
    assert (painted.sheet, painted.table) == (Path("sheet.png"), Path("sheet.csv"))
    assert (painted.count, painted.problems) == (2, ())
    assert [event.kind for event in events] == ["step", "step", "cell"] * 2
    cells = [event for event in events if event.kind == "cell"]
    assert [(cell.cell, cell.of, cell.axes) for cell in cells] == [
        (1, 2, {"strength": "20"}), (2, 2, {"strength": "80"}),
    ]  # fmt: skip
    assert 0 < cells[0].progress < cells[1].progress == 1
    assert [row["picture"] for row in table()] == [f"cells/{name}" for name in NAMES]
    assert sorted(path.name for path in (desk / "cells").iterdir()) == NAMES
    assert read_record(desk / "cells" / NAMES[1]).options["strength"] == 80


def test_without_products_nothing_is_written(grid, desk):
    before = sorted(desk.rglob("*"))
    painted = fulfil_grid(grid)
    assert (painted.sheet, painted.table, painted.count) == (None, None, 2)
    assert grid.rows(painted.cells)[1]["steps"] == 2
    assert sorted(desk.rglob("*")) == before


def test_a_grid_that_is_stopped_keeps_the_cells_that_are_whole(grid, desk):
    events: list[Any] = []
    painted = fulfil_grid(grid, settled(grid), report=events.append, stop=lambda: len(events) == 4)
    assert (painted.count, len(painted.cells), painted.problems) == (1, 1, ())
    assert [row["problem"] for row in table()] == ["", "not painted"]
    assert [path.name for path in (desk / "cells").iterdir()] == NAMES[:1]


@pytest.mark.parametrize("error", [ZeroDivisionError("bad luck"), KeyboardInterrupt()])
def test_an_error_on_the_way_keeps_the_cells_that_are_whole(grid, desk, error):
    events: list[Any] = []

    def report(event):
        events.append(event)
        if len(events) == 4:
            raise error

    painted = fulfil_grid(grid, settled(grid), report=report)
    assert (painted.count, painted.problems) == (1, (error,))
    assert [path.name for path in (desk / "cells").iterdir()] == NAMES[:1]
    assert painted.sheet == Path("sheet.png")


def test_a_cell_that_cannot_be_written_is_on_the_sheet(grid, desk):
    products, notes = settled(grid), []
    (desk / "cells").write_bytes(b"in the way")
    painted = fulfil_grid(grid, products, report=lambda event: notes.append(getattr(event, "text", "")))
    (problem,) = painted.problems
    assert isinstance(problem, ScumbleError)
    assert "cannot make the folder 'cells'" in problem.message
    assert painted.count == 2
    assert [row["picture"] for row in table()] == ["", ""]
    assert [note for note in notes if note] == [
        f"strength {strength}: {problem.message}; it is on the sheet" for strength in (20, 80)
    ]
    assert sorted(path.name for path in desk.iterdir()) == [
        "cells", "paint.png", "photo.png", "sheet.csv", "sheet.png",
    ]  # fmt: skip


def test_what_is_there_already_and_what_is_read(grid, desk):
    (desk / "sheet.csv").write_bytes(b"mine")
    with pytest.raises(OutputExists):
        settled(grid)
    assert settled(grid, "rename").sheet == Path("sheet-2.png")
    with pytest.raises(UsageError, match="is a file that is read"):
        settle_grid(grid, Path("photo.png"), None, "overwrite")
    (desk / "sheet.png").write_bytes(b"mine")
    assert settled(grid, "skip") is None


def test_cells_that_are_there_are_left_if_they_are_to_be_skipped(grid, desk):
    (desk / "cells").mkdir()
    (desk / "cells" / NAMES[0]).write_bytes(b"mine")
    for on_exists, mine in (("skip", True), ("overwrite", False)):
        painted = fulfil_grid(grid, settled(grid, on_exists))
        assert painted.problems == ()
        assert ((desk / "cells" / NAMES[0]).read_bytes() == b"mine") == mine
        Path("sheet.png").unlink()
        Path("sheet.csv").unlink()
    assert sorted(path.name for path in (desk / "cells").iterdir()) == NAMES
