"""Names of pictures by a pattern."""

import pytest

from scumble.batching.names import USUAL, Namer
from scumble.batching.rows import Row
from scumble.errors import UnknownName, UsageError
from scumble.options import Options

OPTIONS = Options(preset="draft")


def name(pattern, content="photos/cat.jpg", styles=("wave.png",), folder="", output=None, index=0):
    namer = Namer(pattern, lambda path: "0123456789abcdef" if "cat" in path else str(open(path)))  # noqa: PTH123, SIM115
    return namer.of(Row(content, styles, folder, OPTIONS, output), index)


def test_the_usual_name():
    assert name(USUAL) == "cat__wave.png"
    assert name(USUAL, styles=("a/wave.png", "b/night.jpg"), folder="day 1") == "day 1/cat__wave+night.png"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("{index:05}.jpg", "00007.jpg"), ("{sha8}.png", "01234567.png"),
     ("{parent}/{stem}.{ext}.webp", "photos/cat.jpg.webp"),
     ("{preset}-{{x}}.png", "draft-{x}.png"), ("{stem:_<6}.png", "cat___.png")],
)  # fmt: skip
def test_fields(pattern, expected):
    assert name(pattern, index=6) == expected


def test_what_a_row_says_itself_goes_before():
    assert name(USUAL, folder="day 1", output="mine.jpg") == "mine.jpg"


@pytest.mark.parametrize(
    ("pattern", "error", "said"),
    [("{steam}.png", UnknownName, "did you mean 'stem'"), ("{stem", UsageError, "is no pattern"),
     ("{stem.__class__}.png", UnknownName, "unknown field"), ("{index:q}.png", UsageError, "is no pattern"),
     ("{stem}.xyz", UnknownName, "unknown output suffix '.xyz'"), ("../{stem}.png", UsageError, "leads out"),
     ("/tmp/{stem}.png", UsageError, "leads out"), ("{stem}", UnknownName, "unknown output suffix"),
     ("{}.png", UnknownName, "unknown field")],
)  # fmt: skip
def test_patterns_that_are_wrong(pattern, error, said):
    with pytest.raises(error, match=said):
        Namer(pattern, str)


def test_a_name_that_is_too_long_is_cut_before_its_suffix():
    made = name("{stem}__{style}.png", content="é" * 120 + ".jpg", folder="f")
    assert len(made.encode(errors="surrogateescape")) == len("f/") + 200
    assert made.endswith(".png")


def test_a_content_that_cannot_be_read_has_a_name_all_the_same():
    assert name("{sha8}-{stem}.png", content="none.jpg") == "unread-none.png"
