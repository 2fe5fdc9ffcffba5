"""A batch at work without a command: folders that are watched, and what cannot be."""

import itertools
from pathlib import Path

import pytest

from scumble.batching.shard import Shard
from scumble.cli import batching
from scumble.cli.batching import Work
from scumble.cli.listing import Given
from scumble.errors import UsageError
from scumble.options import Options

OPTIONS = Options(size=32, steps=1, coarsest=0, regions="off", threads=1)


def work(contents, styles=("paint.png",), by="each", **settings):
    given = Given(contents, styles, False, by, "out", OPTIONS)
    return Work(given, "out", "{stem}.png", "error", "inline", 0, Shard(), **settings)


def test_what_comes_into_a_folder_is_painted_and_a_name_that_is_taken_is_told(monkeypatch, content):
    monkeypatch.setattr(batching, "SECONDS", 0.0)
    Path("in").mkdir()
    for name in ("a.png", "a.webp", "b.png"):
        content.rgb.save(Path("in", name))
    Path("in/list.txt").write_text("")
    notes: list[str] = []
    watching = work(["in"], watch=True)
    assert watching.outlook() == "watching in; 1 worker with 1 thread each"
    results = watching.results(lambda *_: None, notes.append)
    assert [one.job.content for one in itertools.islice(results, 2)] == ["in/a.png", "in/b.png"]
    results.close()
    assert notes == ["'in/a.webp' would be 'out/a.png', as 'in/a.png' is; it is left out"]
    assert watching.given.left == []


@pytest.mark.parametrize(
    ("contents", "styles", "by", "said"),
    [(["photo.png"], ["paint.png"], "each", "--watch takes folders"), (["."], [], "each", "no style was given"),
     (["."], ["paint.png"], "pair", "--watch knows no order")],
)  # fmt: skip
def test_what_cannot_be_watched(contents, styles, by, said):
    with pytest.raises(UsageError, match=said):
        work(contents, styles, by, watch=True)


def test_how_many_there_are_is_said_with_those_of_other_shards(content):
    content.rgb.save("b.png")
    given = Given(["photo.png", "b.png"], ["paint.png"], False, "each", "out", OPTIONS)
    parts = [
        Work(given, "out", "{stem}.png", "error", "inline", 0, Shard(number, 2)).outlook()
        for number in (1, 2)
    ]
    assert all(" of 2; 1 worker" in part for part in parts)
    assert sum(int(part[0]) for part in parts) == 2
