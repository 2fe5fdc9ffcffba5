"""Sheets of pictures: each in its cell, its head above, its row's name over it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from scumble.errors import UsageError
from scumble.image.sheet import GAP, LINE, PAPER, sheet, wrapped, write_line

RED, BLUE = (200, 0, 0), (0, 0, 200)


def has_ink(paper, box):
    """Whether anything but paper is in a box."""
    return np.abs(np.asarray(paper.crop(box), int) - PAPER).max() > 100


def test_each_picture_is_in_its_cell():
    rows = [
        [Image.new("RGB", (50, 50), RED), Image.new("RGB", (300, 150), BLUE)],
        [Image.new("RGB", (100, 100), BLUE)],
    ]
    paper = sheet(rows, width=100)
    assert paper.size == (3 * GAP + 200, 3 * GAP + 200)
    assert paper.getpixel((GAP, GAP)) == RED  # enlarged to the width of its cell
    assert paper.getpixel((GAP + 99, GAP + 99)) == RED
    assert paper.getpixel((2 * GAP + 100, GAP)) == BLUE
    assert paper.getpixel((2 * GAP + 150, GAP + 51)) == PAPER  # half as high as wide
    assert paper.getpixel((GAP, 2 * GAP + 100)) == BLUE
    assert paper.getpixel((2 * GAP + 150, 2 * GAP + 150)) == PAPER


def test_a_very_high_picture_stays_in_proportion():
    paper = sheet([[Image.new("RGB", (10, 100), RED)]], width=100)
    assert paper.height == 2 * GAP + 200
    assert paper.getpixel((GAP + 50, GAP + 100)) == RED
    assert paper.getpixel((GAP + 35, GAP + 100)) == PAPER  # 20 wide, in the middle


def test_heads_and_names_take_a_line_each_and_are_where_they_belong():
    picture = Image.new("RGB", (100, 100), PAPER)
    paper = sheet([[picture, picture], [picture]], ["", "head"], ["", "name"], width=100)
    assert paper.height == GAP + LINE + 2 * (LINE + 100 + GAP)
    assert has_ink(paper, (2 * GAP + 100, GAP, paper.width, GAP + LINE))
    assert not has_ink(paper, (0, 0, GAP + 100, GAP + LINE))
    second = GAP + LINE + LINE + 100 + GAP
    assert has_ink(paper, (GAP, second, 100, second + LINE))
    assert not has_ink(paper, (0, GAP + LINE, paper.width, second))


@pytest.mark.parametrize("text", ["rather long for a cell", "far too long for a cell of this kind" * 3])
def test_long_text_keeps_to_its_room(text):
    paper = Image.new("RGB", (300, LINE), PAPER)
    write_line(ImageDraw.Draw(paper), (0, 0), text, 120)
    assert has_ink(paper, (60, 0, 120, LINE))
    assert not has_ink(paper, (121, 0, 300, LINE))


def test_a_clear_picture_lies_on_paper():
    paper = sheet([[Image.new("RGBA", (10, 10), (0, 0, 0, 0))]], width=10)
    assert paper.getpixel((GAP + 5, GAP + 5)) == PAPER


@pytest.mark.parametrize(
    ("rows", "names", "message"),
    [
        ([], (), "without any picture"),
        ([[]], (), "without any picture"),
        ([[Image.new("L", (9, 9))]], ("a", "b"), "the sheet has 1 rows and 2 names; each row needs one"),
    ],
)
def test_what_makes_no_sheet_is_told(rows, names, message):
    with pytest.raises(UsageError, match=message):
        sheet(rows, names=names)


def test_a_sheet_wraps_as_wide_as_it_is_high():
    picture = Image.new("RGB", (40, 30), RED)
    columns = [
        (wrapped([picture] * number, ["x"] * number, 40).width - GAP) // (40 + GAP)
        for number in (1, 2, 4, 5, 10)
    ]
    assert columns == [1, 2, 2, 3, 4]
    with pytest.raises(UsageError, match="2 pictures and 1 names"):
        wrapped([picture] * 2, ["x"])
