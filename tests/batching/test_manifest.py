"""Lists of pictures: what rows say, and which are refused."""

import json
import os
from pathlib import Path

import pytest

from scumble.batching.manifest import Manifest
from scumble.errors import UsageError
from scumble.options import Options

BASE = Options(size=64, weight={"gram": 1})


@pytest.fixture
def rows(tmp_path, monkeypatch):
    """Write a list and read its rows."""
    monkeypatch.chdir(tmp_path)
    Path("lists").mkdir()

    def read(name, text, styles=(), **settings):
        path = Path("lists", name)
        path.write_text(text, encoding="utf-8")
        return list(Manifest(path, styles, BASE, **settings))

    return read


def test_a_csv_with_options(rows):
    text = (
        "\ufeffcontent, style ,output,size,style-scale,weight.gram\n"
        '"a, b.jpg",wave.png,,400,,2\nc/d.jpg,/abs/night.png,x/y.jpg,,2,\n\n'
    )
    first, second = rows("list.csv", text)
    assert (first.content, first.styles, first.output) == ("lists/a, b.jpg", ("lists/wave.png",), None)
    assert first.options.given == {"size": "400", "weight": {"gram": "2"}}
    assert (second.content, second.styles, second.folder) == ("lists/c/d.jpg", ("/abs/night.png",), "c")
    assert (second.output, second.options.style_scale, second.options.size) == ("x/y.jpg", (2.0,), "64")


def test_json_lines(rows):
    lines = [
        {"content": "a.jpg", "style": ["x.png", "y.png"], "steps": [3, 2]},
        {"content": "b.jpg", "style": "x.png", "output": "b.png", "strength": None},
    ]
    first, second = rows("list.jsonl", "\n".join(map(json.dumps, lines)) + "\n")
    assert (first.styles, first.options.steps) == (("lists/x.png", "lists/y.png"), (3, 2))
    assert (second.styles, second.output) == (("lists/x.png",), "b.png")
    assert second.options is BASE


def test_rows_without_a_style_take_those_of_all(rows):
    found = rows("list.tsv", "content\tsize\na.jpg\t\nb.jpg\t\n", ["x.png", "y.png"])
    assert [(row.content, row.styles) for row in found] == [
        ("lists/a.jpg", ("x.png",)), ("lists/a.jpg", ("y.png",)),
        ("lists/b.jpg", ("x.png",)), ("lists/b.jpg", ("y.png",)),
    ]  # fmt: skip
    (mixed,) = rows("list.csv", "content\na.jpg\n", ["x.png", "y.png"], mix=True)
    assert mixed.styles == ("x.png", "y.png")


def test_rows_of_the_same_options_share_them(rows):
    found = rows("list.csv", "content,style,seed\n" + "a.jpg,x.png,3\n" * 5 + "a.jpg,x.png,4\n")
    assert len({id(row.options) for row in found}) == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "a.csv",
            "content,style,sizes\na.jpg,x.png,400\n",
            r"line 2 .*unknown column 'sizes'; did you mean 'size'",
        ),
        ("a.csv", "content,style,size\na.jpg,x.png,\na.jpg,x.png,huge\n", "line 3 .*size is 'huge'"),
        (
            "a.csv",
            "content,style\na.jpg,x.png,3\n",
            "line 2 .*3 cells follow a line 2 of 2 names|line .*3 cells",
        ),
        ("a.csv", "content\na.jpg\n", "line 2 .*there is no style"),
        ("a.csv", "style\nb\n", "line 2 .*there is no content"),
        ("a.csv", "content,style,output\na.jpg,x.png,../out.png\n", "does not lie in the folder"),
        ("a.csv", "content,style,output\na.jpg,x.png,/out.png\n", "does not lie in the folder"),
        ("a.jsonl", '{"content": "a.jpg", "style": "x.png"}\n{"content": \n', "cannot be read after line 1"),
        ("a.jsonl", "[1]\n", "is no JSON object"),
        ("a.jsonl", '{"content": "a.jpg", "style": 3}\n', "should be a path"),
        ("a.jsonl", '{"content": 3, "style": "a"}\n', "there is no content"),
    ],
)
def test_rows_that_are_wrong_are_told_by_their_line(rows, name, text, said):
    with pytest.raises(UsageError, match=said):
        rows(name, text)


def test_a_list_that_is_not_there():
    with pytest.raises(UsageError, match=r"'none\.csv' cannot be read after line 0: No such file"):
        list(Manifest(Path("none.csv"), [], BASE))


@pytest.mark.parametrize("line", ['{"content": ' + "[" * 100_000, '{"content": "' + "x" * 2**20])
def test_a_list_that_is_made_to_harm_is_refused(tmp_path, line):
    path = tmp_path / "list.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(UsageError, match=r"(line|after) 0"):
        list(Manifest(path, ["paint.png"], Options()))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_list_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "list.csv")
    with pytest.raises(UsageError, match="it is no file"):
        list(Manifest(tmp_path / "list.csv", ["paint.png"], Options()))
