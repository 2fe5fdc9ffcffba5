"""`scumble compare`: two pictures side by side with their measures, and what their records say differently."""

import json

import pytest

from scumble.measures import MEASURES

from ..conftest import TINY, opened


@pytest.fixture
def two(scumble):
    """Pictures of one pair at two strengths: a.png and b.png, of another size."""
    for name, strength, size in (("a", "30", "64"), ("b", "90", "96")):
        options = ("--strength", strength, "--size", size, "--steps", "2", "--coarsest", "32")
        done = scumble("stylize", "photo.png", "paint.png", *options, "-q", "-o", f"{name}.png")
        assert done.code == 0, done.err


@pytest.mark.usefixtures("two")
def test_pictures_are_compared_with_what_their_records_name(scumble):
    done = scumble("compare", "a.png", "b.png")
    assert (done.code, done.last) == (0, "a-and-b.png")
    assert done.err == "note: their sizes differ; both are measured at 64 x 48\n"
    rows = {line.split()[0]: line.split()[1:] for line in done.out.splitlines() if line}
    assert rows["A"] == ["a.png,", "64", "x", "48"]
    assert (rows["strength"], rows["size"]) == (["30.0", "90.0"], ["64", "96"])
    assert MEASURES.keys() <= rows.keys()
    assert rows["color"][2] == "lower"
    assert rows["structure"][0].endswith("*")  # of the fainter one
    assert rows["structure"][2] == "higher"
    assert not rows["structure"][1].endswith("*")
    assert opened("a-and-b.png").width == 8 + 3 * 456


@pytest.mark.usefixtures("two")
def test_json_holds_what_the_table_does(scumble):
    told = json.loads(scumble("compare", "a.png", "b.png", "--json", "-o", "sheet.jpg").out)
    assert told["output"] == "sheet.jpg"
    assert told["size"] == [64, 48]
    assert told["differs"] == {"strength": [30.0, 90.0], "size": ["64", "96"]}
    assert told["measures"].keys() == MEASURES.keys()
    assert told["measures"]["edges"]["better"] == "higher"
    assert told["measures"]["edges"]["a"] > told["measures"]["edges"]["b"]
    assert 1 < told["difference"] < 100


def test_without_records_there_are_fewer_measures_and_a_hint(scumble):
    done = scumble("compare", "photo.png", "paint.png")
    assert done.code == 0
    assert "note: 'photo.png' carries no record" in done.err
    assert "hint: --content PHOTO --style PAINTING adds the measures that need them" in done.err
    assert "speckle" in done.out
    assert "patches" not in done.out
    assert "differs" not in done.out


def test_content_and_style_can_be_named(scumble):
    done = scumble(
        "compare", "photo.png", "paint.png", "--content", "photo.png", "--style", "paint.png", "--json"
    )
    told = json.loads(done.out)["measures"]
    assert told.keys() == MEASURES.keys()
    assert told["structure"]["a"] == pytest.approx(1)
    assert told["color"]["b"] < told["color"]["a"] / 10
    assert "hint" not in done.err


@pytest.mark.usefixtures("two")
def test_a_picture_without_a_record_is_compared_with_the_inputs_of_the_other(scumble):
    done = scumble("compare", "photo.png", "a.png", "--json")
    assert json.loads(done.out)["measures"]["structure"]["a"] == pytest.approx(1)
    assert json.loads(done.out)["differs"] == {}


@pytest.mark.usefixtures("two")
def test_pictures_of_different_styles_are_told_so(scumble):
    scumble("stylize", "photo.png", "photo.png", *TINY, "-q", "-o", "c.png")
    done = scumble("compare", "a.png", "c.png")
    assert "note: they were made from different pictures; each is measured against its own" in done.err
    assert "style 1" in done.out


@pytest.mark.usefixtures("two")
def test_inputs_that_are_gone_are_told_and_asked_for(scumble, desk):
    (desk / "paint.png").unlink()
    done = scumble("compare", "a.png", "b.png")
    assert done.code == 0
    assert done.err.count("'paint.png', which the record speaks of, is not in") == 1
    assert "hint: --content PHOTO --style PAINTING" in done.err
    assert "structure" in done.out
    assert "texture" not in done.out


@pytest.mark.usefixtures("two")
def test_a_sheet_that_is_there_is_kept(scumble, desk):
    (desk / "a-and-b.png").write_bytes(b"mine")
    assert scumble("compare", "a.png", "b.png").code == 2
    assert scumble("compare", "a.png", "b.png", "--on-exists", "rename").last == "a-and-b-2.png"
    assert (desk / "a-and-b.png").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("photo.png", "gone.png"), 3, "there is no file 'gone.png'"),
        (("photo.png", "paint.png", "--content", "gone.png"), 3, "there is no file 'gone.png'"),
        (("photo.png", "paint.png", "-o", "sheet.txt"), 2, "unknown output suffix '.txt'"),
        (("photo.png",), 2, "B requires an argument"),
    ],
)
def test_wrong_input(scumble, desk, arguments, code, error):
    before = sorted(desk.iterdir())
    done = scumble("compare", *arguments)
    assert (done.code, done.out) == (code, "")
    assert error in done.err
    assert sorted(desk.iterdir()) == before


def test_pictures_are_checked_before_the_sheet(scumble, desk):
    (desk / "photo-and-none.png").write_bytes(b"mine")
    done = scumble("compare", "photo.png", "none.png")
    assert done.code == 3
    assert "'none.png'" in done.err
    assert "photo-and-none.png" not in done.err
