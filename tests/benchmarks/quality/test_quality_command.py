"""The whole command on two tiny pictures: files, tables, and that nothing is made twice."""

import json
import re
from typing import Any

import pytest
from benchmarks.quality.__main__ import numbers, quality
from benchmarks.quality.jobs import Job
from benchmarks.quality.painting import kept, make, make_all
from benchmarks.quality.pairs import Pair
from benchmarks.quality.references import recolored, references
from benchmarks.quality.sheets import ROWS, write_sheets
from benchmarks.quality.tables import markdown
from PIL import Image

from benchmarks.quality import jobs, painting
from scumble.errors import BadOption
from scumble.measures import MEASURES
from scumble.options import Options

SETTINGS = ("plain: steps=1", "deep: steps=1 style_layers=relu2_1")


@pytest.fixture
def folder(tmp_path, content, style):
    """One content and one style of about 60 pixels."""
    for kind, picture in (("content", content), ("style", style)):
        (tmp_path / "pairs" / kind).mkdir(parents=True)
        picture.rgb.save(tmp_path / "pairs" / kind / f"my-{kind}.png")
    return tmp_path


@pytest.fixture
def pair(folder):
    return Pair(folder / "pairs" / "content" / "my-content.png", folder / "pairs" / "style" / "my-style.png")


def run(folder, **options):
    given: dict[str, Any] = {
        "setting": SETTINGS,
        "strengths": "20,80",
        "size": "48",
        "jobs": 1,
        "identities": 1,
    }
    quality(pairs=folder / "pairs", out=folder / "out", **given | options)


@pytest.mark.usefixtures("weights")
def test_it_paints_measures_compares_and_does_so_once(folder, capsys):
    run(folder)
    first = capsys.readouterr()
    out = folder / "out"
    assert (out / "table.md").read_text() == first.out.removesuffix("\n")
    assert re.search(r"\| plain +\| +20 \| +1 \|", first.out)
    assert re.search(r"\| style itself +\| +\| +1 \| +0\.0000 \| +0\.0000 \|", first.out)
    assert "## deep against plain" in first.out
    assert all(name in first.out for name in MEASURES)
    assert len(list((out / "pictures").glob("*.png"))) == len(list((out / "pictures").glob("*.json"))) == 9
    assert first.err.count("painted") == 9
    assert first.err.startswith("[1/9] content  my-content x my-style  painted")
    told = json.loads((out / "quality.json").read_text())
    assert {picture["kind"] for picture in told["pictures"]} == {
        "content",
        "style",
        "colors",
        "painted",
        "identity",
    }
    assert told["comparisons"][0]["matched_per_cent"].keys() == {"patches", "texture", "color", "strokes"}
    with Image.open(out / "sheet-deep.png") as sheet:
        assert sheet.width == 8 + 4 * 264

    times = {path: path.stat().st_mtime_ns for path in (out / "pictures").iterdir()}
    run(folder)
    second = capsys.readouterr()
    assert second.out == first.out
    assert second.err.count("kept") == 9
    assert times == {path: path.stat().st_mtime_ns for path in (out / "pictures").iterdir()}


@pytest.mark.usefixtures("weights")
def test_another_version_of_the_measures_measures_again_without_painting(pair, tmp_path, monkeypatch):
    job = Job("painted", pair, "plain", Options(size=48, steps=1, threads=1))
    path = tmp_path / "a.png"
    assert make(job, path)["done"] == "painted"
    assert kept(path)["done"] == "kept"
    monkeypatch.setattr(painting, "measures_version", lambda: "another")
    assert kept(path) is None
    assert make(job, path)["done"] == "measured"
    assert make(job, path, fresh=True)["done"] == "painted"


@pytest.mark.usefixtures("weights")
def test_the_key_changes_with_whatever_changes_the_picture(pair, monkeypatch):
    def key(kind="painted", pair=pair, plugins=(), **options):
        return Job(kind, pair, "a name", Options(size=48, **options), plugins).key()

    keys = [key(), key(strength=60), key(seed=1), key("content")]
    keys += [key(pair=Pair(pair.style, pair.style)), key(pair=Pair(pair.content, pair.content))]
    monkeypatch.setattr(jobs, "weights_sha256", lambda _: "others")
    keys.append(key())
    monkeypatch.setattr(jobs, "painting_version", lambda: "another")
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == key()


@pytest.mark.usefixtures("weights")
def test_a_failure_does_not_lose_the_rest(pair, tmp_path, capsys):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    options = Options(size=48, steps=1, threads=1)
    some = [Job("painted", one, "plain", options) for one in (Pair(broken, pair.style), pair)]
    entries = make_all(some, tmp_path / "pictures", 1)
    assert entries[0]["error"].startswith("ImageError")
    assert entries[1]["measures"]["patches"] > 0
    assert "[1/2] plain 50  broken x my-style  error: ImageError" in capsys.readouterr().err


@pytest.mark.usefixtures("weights")
def test_another_process_makes_the_same_picture(pair, tmp_path):
    some = [Job("painted", pair, "plain", Options(size=48, steps=1, threads=1))]
    one, two = (make_all(some, tmp_path / str(workers), workers) for workers in (1, 2))
    assert [entry["measures"] for entry in one] == [entry["measures"] for entry in two]


def test_recolored_has_the_styles_mean_and_spread(pair):
    from scumble.image.tensors import to_tensor
    from scumble.measures.color import color

    about = references(pair, Options(size=48))
    assert (about.content.size, about.style.size) == ((48, 36), (48, 48))
    content, style = about.tensors()
    moved = to_tensor(recolored(about.content, about.style))
    assert color(moved, style) < color(content, style) / 3


@pytest.mark.usefixtures("weights")
def test_many_pairs_make_several_sheets(pair, tmp_path):
    from benchmarks.quality.results import Results

    several = [Pair(pair.content, tmp_path / f"{number}.png") for number in range(ROWS + 1)]
    written = write_sheets(Results(several, ["a"], [10.0], [], []), "a", tmp_path / "sheet-a", tmp_path)
    assert [path.name for path in written] == ["sheet-a.png", "sheet-a-2.png"]


def test_columns_of_numbers_stand_to_the_right_and_others_to_the_left():
    table = markdown(["name", "n", "told"], [["a", "+10", "2 of 3"], ["b", "-1", "none"]])
    assert table.splitlines()[1:3] == ["|:-----|----:|:-------|", "| a    | +10 | 2 of 3 |"]
    assert table.splitlines()[3] == "| b    |  -1 | none   |"


def test_strengths_are_numbers():
    assert numbers("10, 50,10") == [10.0, 50.0]
    with pytest.raises(BadOption, match="strengths are"):
        numbers("ten")
