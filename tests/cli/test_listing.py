"""What a batch is given: lists, names on stdin, and what goes together."""

import io
import sys
from pathlib import Path

import pytest

from scumble.cli.listing import Given, names_on_stdin
from scumble.errors import ImageError, UsageError
from scumble.options import Options


def rows(contents, styles=("paint.png",), by="each"):
    given = Given(contents, styles, False, by, "out", Options())
    return [(row.content, row.styles) for row in given.rows()]


def test_pictures_and_lists_follow_one_another():
    Path("one.csv").write_text("content\na.png\n")
    Path("two.jsonl").write_text('{"content": "b.png", "style": "other.png"}\n')
    found = rows(["one.csv", "photo.png", "two.jsonl"])
    assert found == [("a.png", ("paint.png",)), ("b.png", ("other.png",)), ("photo.png", ("paint.png",))]


def test_pairs_are_as_given_and_others_once():
    assert (
        rows(["photo.png", "photo.png"], ["paint.png", "paint.png"], "pair")
        == [("photo.png", ("paint.png",))] * 2
    )
    assert rows(["photo.png", "phot?.png"], ["paint.png", "paint.png"]) == [("photo.png", ("paint.png",))]


def test_what_was_left_out_is_told_alike_things_together():
    Path("in").mkdir()
    for name in ("a.txt", "b.txt", "c.txt", "d.png"):
        Path("in", name).write_text("")
    given = Given(["in"], ["paint.png"], False, "each", "out", Options())
    given.rows()
    assert given.notes() == ["'in/a.txt' is not called like a picture, and 2 more"]


def test_a_list_goes_with_no_pairs_and_a_style_is_looked_at():
    Path("list.csv").write_text("content\na.png\n")
    with pytest.raises(UsageError, match="whose rows are pairs"):
        rows(["list.csv"], by="pair")
    with pytest.raises(ImageError, match=r"'list\.csv' is a text file"):
        rows(["photo.png"], ["list.csv"])


class Broken(io.BytesIO):
    """Bytes that cannot be read, of a terminal or none."""

    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal

    def read(self, *_):
        raise OSError(9, "Bad file descriptor")


@pytest.mark.parametrize(
    ("terminal", "said"), [(True, "which is a terminal"), (False, "Bad file descriptor")]
)
def test_stdin_that_holds_no_names(monkeypatch, terminal, said):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Broken(terminal)))
    with pytest.raises(UsageError, match=said):
        names_on_stdin()
