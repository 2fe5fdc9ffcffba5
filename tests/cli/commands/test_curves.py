"""`scumble curves`: from pictures and JSON lines to a picture of how their costs went."""

import json

from scumble.comparing.curves import draw

from ..conftest import TINY, opened


def test_pictures_and_json_lines_are_drawn_together(scumble, desk):
    lines = scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--json").err
    (desk / "run.jsonl").write_text(lines)
    done = scumble("curves", "out.png", "run.jsonl")
    assert (done.code, done.out, done.err) == (0, "curves.png\n", "")
    assert opened("curves.png").width > 900
    assert scumble("curves", "out.png", "-o", "one.jpg").out == "one.jpg\n"


def test_a_picture_that_is_there_is_kept(scumble, desk):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png")
    (desk / "curves.png").write_bytes(b"mine")
    done = scumble("curves", "out.png")
    assert (done.code, done.out) == (2, "")
    assert "'curves.png' is there already" in done.err
    assert scumble("curves", "out.png", "--on-exists", "rename").out == "curves-2.png\n"
    assert scumble("curves", "out.png", "--on-exists", "skip").out == "curves.png\n"
    assert (desk / "curves.png").read_bytes() == b"mine"


def test_a_record_without_a_course_is_told(scumble, desk):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.jpg")
    told = json.loads((desk / "out.jpg.json").read_text())
    del told["course"]
    (desk / "old.json").write_text(json.dumps(told))
    done = scumble("curves", "old.json")
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith("error: 'old.json' holds no course: ")
    assert not (desk / "curves.png").exists()


def test_what_goes_in_is_checked_before_what_comes_out(scumble, desk):
    (desk / "curves.png").write_bytes(b"mine")
    done = scumble("curves", "none.png")
    assert done.code == 3
    assert "'none.png'" in done.err
    assert "curves.png" not in done.err


def test_the_path_that_was_written_is_printed(scumble, desk, monkeypatch):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png")
    drawn = draw

    def meanwhile(*arguments, **flags):
        (desk / "curves.png").write_bytes(b"mine")  # by somebody else, while this one is drawn
        return drawn(*arguments, **flags)

    monkeypatch.setattr("scumble.comparing.curves.draw", meanwhile)
    assert scumble("curves", "out.png").out == "curves-2.png\n"
    assert opened("curves-2.png").width > 900


def test_layers_and_own_units_are_drawn_for_those_who_ask(scumble, desk):
    lines = scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--json").err
    (desk / "run.jsonl").write_text(lines)
    drawn = {}
    for number, flags in enumerate(([], ["--unweighted"], ["--layers", "covariance,content"])):
        done = scumble("curves", "run.jsonl", *flags, "-o", f"{number}.png")
        assert done.code == 0, done.err
        drawn[number] = opened(f"{number}.png").tobytes()
    assert len(set(drawn.values())) == 3
    refused = scumble("curves", "out.png", "--layers", "gramm", "-o", "4.png")
    assert refused.code == 2
    assert "'out.png' tells no layers of 'gramm'; it tells those of content, covariance" in refused.err
    scumble("curves", "out.png", "-o", "5.png")
    assert opened("5.png").size == opened("0.png").size
