"""Grids: every combination once, refused before anything is painted, and told as a sheet and a table."""

import csv
import io

import numpy as np
import pytest

from scumble.comparing.axis import parse_axis
from scumble.comparing.grid import EMPTY, Outcome, make_grid, outcome
from scumble.errors import BadOption, ImageError, ScumbleError, UsageError
from scumble.measures import MEASURES
from scumble.options import Options

TINY = Options(size=48, steps=1, coarsest=0, threads=1)
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def grid(content, style):
    """Strengths across, weights down: 3 x 2 cells."""
    return make_grid(content, [style], TINY, parse_axis("strength=0,20,80"), parse_axis("weight.gram=0,1"))


def painted(cell, **more):
    run = cell.prepare()
    list(run)
    return outcome(cell, run.result(), **more)


def test_there_is_a_cell_for_every_combination_row_by_row(grid):
    told = [(cell.options.strength, cell.options.weight["gram"]) for cell in grid.cells]
    assert told == [(0, 0), (20, 0), (80, 0), (0, 1), (20, 1), (80, 1)]
    assert grid.cells[4].values == {"strength": "20", "weight.gram": "1"}
    assert grid.cells[4].label == "strength 20, weight.gram 1"
    assert all(cell.options.size == "48" for cell in grid.cells)


def test_a_value_on_an_axis_counts_more_than_the_option(content, style):
    cells = make_grid(content, [style], TINY.replace(strength=5), parse_axis("strength=20,80")).cells
    assert [cell.options.strength for cell in cells] == [20, 80]


def test_a_preset_on_an_axis_counts_less_than_an_option_that_was_given(content, style):
    cells = make_grid(content, [style], Options(size=48), parse_axis("preset=draft,default")).cells
    assert [(cell.options.size, cell.options.steps[0]) for cell in cells] == [("48", 30), ("48", 60)]


def test_styles_are_an_axis_or_mixed(content, style):
    both = [content, style]
    one_each = make_grid(content, both, TINY, parse_axis("style", both), parse_axis("strength=20,50"))
    assert [cell.styles for cell in one_each.cells] == [(content,), (style,)] * 2
    mixed = make_grid(content, both, TINY, parse_axis("style_weights=1,0;1,1"))
    assert [cell.plan.shares for cell in mixed.cells] == [(1, 0), (0.5, 0.5)]


@pytest.mark.parametrize(
    ("x", "y", "kind", "message"),
    [
        ("strength=20,101", None, BadOption, "strength is '101'; input should be less than or equal to 100"),
        ("strength=20,50", "size=48,huge", BadOption, "size is 'huge'"),
        ("style-weights=1;1,1", None, UsageError, "got 2 style weights for 1 style"),
        ("start=content,gone.png", None, ImageError, "there is no file 'gone.png'"),
        ("backbone=compact,vgg19", None, ScumbleError, "backbone 'vgg19' has no weights here"),
        ("strength=20,50", "strength=1,2", UsageError, "both axes are 'strength'"),
        (f"seed={','.join(map(str, range(21)))}", f"strength={','.join(map(str, range(20)))}", UsageError,
         "the grid has 420 cells; 400 are allowed"),
    ],
)  # fmt: skip
def test_what_cannot_be_painted_is_refused_before_anything_is(content, style, x, y, kind, message):
    with pytest.raises(kind) as caught:
        make_grid(content, [style], TINY, parse_axis(x), parse_axis(y) if y else None)
    assert message in caught.value.message


def test_the_table_has_a_row_for_each_cell_whatever_came_of_it(grid):
    outcomes = [
        painted(grid.cells[0]),
        Outcome(problem="no luck"),
        painted(grid.cells[2]),
        painted(grid.cells[3]),
    ]
    rows = list(csv.DictReader(io.StringIO(grid.table(outcomes))))
    assert [(row["strength"], row["weight.gram"]) for row in rows] == [
        (strength, gram) for gram in "01" for strength in ("0", "20", "80")
    ]
    assert [row["problem"] for row in rows] == ["", "no luck", "", "", "not painted", "not painted"]
    assert (rows[2]["width"], rows[2]["height"], rows[2]["steps"]) == ("48", "36", "1")
    for name in TINY.weight:
        assert float(rows[2][f"cost.{name}"]) >= 0
        assert rows[1][f"cost.{name}"] == ""
    assert {f"measure.{name}" for name in MEASURES} < rows[0].keys()
    assert float(rows[0]["measure.structure"]) > float(rows[2]["measure.structure"])
    assert list(rows[0])[:7] == ["strength", "weight.gram", "width", "height", "seconds", "steps", "total"]
    assert list(rows[0])[-2:] == ["picture", "problem"]


def test_the_sheet_has_gray_cells_where_nothing_was_painted(grid):
    whole = np.asarray(grid.sheet([painted(grid.cells[0], width=64)], 64))
    assert whole.shape[1] == 8 + 3 * 72
    gray = (whole == EMPTY).all(2)  # and a few pixels at the edges of letters
    assert gray.sum() == pytest.approx(5 * 64 * 48, rel=0.02)
    assert gray[:, :72].sum() == pytest.approx(64 * 48, rel=0.02)


def test_pictures_are_kept_no_larger_than_the_sheet_shows_them(grid):
    assert painted(grid.cells[0], width=16).picture.size == (32, 24)
    assert painted(grid.cells[0], width=64).picture.size == (48, 36)
