"""`scumble rerun`: the same pixels again, or what has changed since."""

import json

import numpy as np
import pytest

from scumble.api import stylize
from scumble.record import read_record
from scumble.runs.prepare import prepare

from ..conftest import TINY, opened


def test_rerun_makes_the_same_pixels(scumble, made):
    done = scumble("rerun", made)
    assert (done.code, done.last) == (0, "out-again.png")
    assert "pixels may differ" not in done.err
    assert np.array_equal(opened(made), opened("out-again.png"))
    again, first = read_record("out-again.png"), read_record(made)
    assert (again.costs, again.content, again.styles, again.start) == (
        first.costs, first.content, first.styles, first.start,
    )  # fmt: skip


@pytest.mark.parametrize("color", ["content", "match", "luma", "only"])
def test_colors_are_the_same_again(scumble, color):
    asked = ("--color", color, "--color-amount", "0.8")
    assert scumble("stylize", "photo.png", "paint.png", *TINY, *asked, "-q", "-o", "out.png").code == 0
    assert scumble("rerun", "out.png", "-q").code == 0
    assert np.array_equal(opened("out.png"), opened("out-again.png"))
    options = read_record("out.png").options
    assert (options["color"], options["color_amount"]) == (color, 0.8)


@pytest.mark.parametrize("start", ["noise", "noisy-content"])
def test_noise_is_the_same_again(scumble, start):
    base = ("stylize", "photo.png", "paint.png", *TINY, "--start", start, "-q")
    scumble(*base, "--seed", "3", "-o", "out.png")
    scumble(*base, "--seed", "4", "-o", "other.png")
    scumble("rerun", "out.png", "-q")
    assert np.array_equal(opened("out.png"), opened("out-again.png"))
    assert not np.array_equal(opened("out.png"), opened("other.png"))


def test_rerun_takes_no_options_from_other_places(scumble, made, monkeypatch, desk):
    monkeypatch.setenv("SCUMBLE_STRENGTH", "5")
    (desk / "scumble.toml").write_text("seed = 8")
    scumble("rerun", made)
    assert np.array_equal(opened(made), opened("out-again.png"))


@pytest.fixture
def photo_of_a_pipe(desk):
    """A picture whose content was given as bytes."""
    result = stylize((desk / "photo.png").read_bytes(), "paint.png", size=64, steps=2, coarsest=32)
    return str(result.save("piped.png"))


def test_rerun_finds_inputs_beside_the_picture_and_where_it_is_told(scumble, made, desk, monkeypatch):
    picture = f"../{made}"
    (desk / "elsewhere").mkdir()
    monkeypatch.chdir(desk / "elsewhere")
    assert scumble("rerun", picture, "-q").out == "out-again.png\n"
    (desk / "inputs").mkdir()
    for name in ("photo.png", "paint.png"):
        (desk / name).rename(desk / "inputs" / name)
    lost = scumble("rerun", picture, "-q", "-o", "2.png")
    assert lost.code == 2
    assert "error: 'photo.png', which the record speaks of, is not in this folder or '..'\n" in lost.err
    assert "hint: --inputs FOLDER says where the content and the styles are" in lost.err
    assert scumble("rerun", picture, "-q", "-o", "2.png", "--inputs", "../inputs").out == "2.png\n"


def test_a_picture_that_came_through_a_pipe_is_found_once_it_is_a_file(photo_of_a_pipe, scumble, desk):
    lost = scumble("rerun", photo_of_a_pipe, "-o", "again.png")
    assert "error: 'image', which the record speaks of, is not in this folder\n" in lost.err
    assert (
        "hint: it came from memory or through a pipe: save it as a file 'image', and --inputs FOLDER"
        in lost.err
    )
    (desk / "photo.png").rename(desk / "image")
    assert scumble("rerun", photo_of_a_pipe, "-q", "-o", "again.png").out == "again.png\n"


def test_rerun_works_from_the_record_beside_a_jpeg(scumble):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-q", "-o", "out.jpg")
    assert scumble("rerun", "out.jpg", "-q", "-o", "a.png").code == 0
    assert scumble("rerun", "out.jpg.json", "-q", "-o", "b.png").code == 0
    assert np.array_equal(opened("a.png"), opened("b.png"))


def test_rerun_says_what_is_not_as_it_was(scumble, desk):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-q", "-o", "out.jpg")
    told = json.loads((desk / "out.jpg.json").read_text())
    told["versions"]["torch"] = "1.0"
    told["weights_sha256"] = "0" * 64
    (desk / "old.json").write_text(json.dumps(told))
    done = scumble("rerun", "old.json")
    assert done.code == 0
    assert "note: torch was 1.0 and is 2" in done.err
    assert "note: the weights of compact have changed; pixels may differ" in done.err
    events = [
        json.loads(line) for line in scumble("rerun", "old.json", "-o", "2.png", "--json").err.splitlines()
    ]
    assert [event["event"] for event in events][:3] == ["note", "note", "step"]


def test_a_picture_that_was_stopped_says_so(scumble):
    run = prepare("photo.png", "paint.png", size=48, coarsest=0, steps=4)
    next(iter(run))
    run.result().save("out.png")
    assert "1 step in" in (shown := scumble("show", "out.png").out)
    assert "stopped before the end" in shown
    done = scumble("rerun", "out.png")
    assert "it was stopped after step 1 of 4, and is again" in done.err
    assert np.array_equal(opened("out.png"), opened("out-again.png"))
    assert "out.png: its run was stopped after step 1" in scumble("compare", "out.png", "out-again.png").err


def stop_in_the_first_scale():
    """Write stopped.png: two steps of three in the first of two scales."""
    run = prepare("photo.png", "paint.png", size=64, steps=(3, 2), coarsest=32)
    for step in run:
        if step.number == 2:
            break
    run.result().save("stopped.png")


def test_a_dry_run_of_a_stopped_picture_lists_the_scales_that_are_painted(scumble):
    stop_in_the_first_scale()
    done = scumble("rerun", "stopped.png", "--dry-run")
    assert done.out.splitlines()[:2] == ["32 x 24  2 steps", "64 x 48  enlarged from there"]
    told = json.loads(scumble("rerun", "stopped.png", "--dry-run", "--json").out)
    assert [(one["width"], one["steps"]) for one in told["scales"]] == [(32, 2)]
    assert (told["width"], told["steps"]) == (64, 2)


def test_a_stopped_picture_made_again_is_done_where_it_was_stopped(scumble):
    stop_in_the_first_scale()
    said = scumble("rerun", "stopped.png").err.splitlines()
    assert said[-2] == "100 %  32 x 24, step 2 of 2"


def test_a_dry_run_with_nothing_to_paint_says_so(scumble):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--strength", "0", "--dry-run")
    assert done.out.splitlines()[0] == "64 x 48  nothing to paint"
