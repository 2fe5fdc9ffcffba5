"""A batch seen as a whole: collisions, shards, and how much there is to do."""

import os
from pathlib import Path

import pytest

from scumble.batching.names import USUAL, Namer
from scumble.batching.plan import Batch, work_of
from scumble.batching.rows import Combined, Row
from scumble.batching.shard import Shard
from scumble.batching.sources import Found
from scumble.errors import UsageError
from scumble.options import Options

OPTIONS = Options(size=64, steps=2, coarsest=0)


def plan(*contents, styles=("wave.png",), pattern=USUAL, folder="out", by="each", **settings):
    rows = Combined([one if isinstance(one, Found) else Found(one) for one in contents], styles, OPTIONS, by)
    return Batch(rows, Namer(pattern, str), folder, **settings)


def test_each_content_with_each_style(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    batch = plan("a.jpg", Found("p/b.jpg", "p"), styles=("x.png", "y.png"))
    jobs = list(batch.jobs())
    assert [job.outputs.picture for job in jobs] == [
        "out/a__x.png", "out/a__y.png", "out/p/b__x.png", "out/p/b__y.png"
    ]  # fmt: skip
    assert jobs[2].content == "p/b.jpg"
    assert jobs[3].styles[0].image == "y.png"
    assert Path("out/p").is_dir()
    assert all(job.options is OPTIONS for job in jobs)


def test_pairs_and_mixes():
    pairs = [
        (row.content, row.styles) for row in plan("a.jpg", "b.jpg", styles=("x.png", "y.png"), by="pair").rows
    ]
    assert pairs == [("a.jpg", ("x.png",)), ("b.jpg", ("y.png",))]
    (row,) = plan("a.jpg", styles=("x.png", "y.png"), by="mix").rows
    assert row.styles == ("x.png", "y.png")
    with pytest.raises(UsageError, match="pairs of 1 content and 2 styles"):
        plan("a.jpg", styles=("x.png", "y.png"), by="pair")


@pytest.mark.parametrize(
    ("contents", "styles"),
    [(["a.jpg", "a.png"], ["x.png"]), (["A.jpg", "a.jpg"], ["x.png"]),
     (["caf\u00e9.jpg", "cafe\u0301.jpg"], ["x.png"]), (["p/a.jpg", "q/a.jpg"], ["x.png"]),
     (["a.jpg"], ["x/wave.png", "y/wave.png"])],
)  # fmt: skip
def test_two_pictures_of_one_name_are_refused_before_the_first_step(contents, styles):
    batch = plan(*contents, styles=styles)
    with pytest.raises(UsageError, match="would both be") as caught:
        batch.survey()
    assert all(repr(content) in caught.value.message for content in contents)
    assert plan(*contents, styles=styles, pattern="{stem}-{index}.png").survey().rows == 2


def test_a_picture_that_is_read_is_written_over_by_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    os.symlink("photos", "out")  # noqa: PTH211
    with pytest.raises(
        UsageError, match=r"of 'photos/a.jpg' would take the place of 'out/a.png', which is read"
    ):
        plan("photos/a.jpg", Found("photos/a.png", "b"), pattern="{stem}.png", on_exists="overwrite").survey()
    with pytest.raises(UsageError, match="which is read"):
        plan("photos/a.jpg", styles=("photos/A.png",), pattern="{stem}.png").survey()
    assert plan("photos/a.jpg", pattern="{stem}.png").survey().rows == 1


def test_how_much_there_is_to_do(tmp_path):
    (tmp_path / "a__wave.png").write_bytes(b"")
    seen = plan("a.jpg", "b.jpg", "c.jpg", folder=str(tmp_path)).survey()
    assert (seen.rows, seen.there, seen.others) == (3, 1, 0)
    assert seen.work == 3 * work_of(OPTIONS) > 0
    assert work_of(OPTIONS.replace(size=256)) > 2 * work_of(OPTIONS)
    assert work_of(OPTIONS.replace(strength=0)) == 1


def test_shards_are_all_of_it_and_nothing_twice():
    contents = [f"{number}.jpg" for number in range(50)]
    whole = [path for _, path, _ in plan(*contents).outputs()]
    parts = [
        [path for _, path, ours in plan(*contents, shard=Shard(number, 3)).outputs() if ours]
        for number in (1, 2, 3)
    ]
    assert sorted(path for part in parts for path in part) == sorted(whole)
    assert all(len(part) > 8 for part in parts)
    seen = plan(*contents, shard=Shard(2, 3)).survey()
    assert (seen.rows, seen.others) == (len(parts[1]), 50 - len(parts[1]))
    moved = [
        path for _, path, ours in plan(*contents, shard=Shard(2, 3), folder="/mnt/else").outputs() if ours
    ]
    assert [Path(path).name for path in moved] == [Path(path).name for path in parts[1]]


def test_rows_are_gone_through_and_never_held():
    class Endless:
        def __iter__(self):
            for number in range(10**9):
                yield Row(f"{number}.jpg", ("x.png",), "", OPTIONS)

    jobs = Batch(Endless(), Namer(USUAL, str), ".").jobs()
    assert [next(jobs).content for _ in range(2)] == ["0.jpg", "1.jpg"]
