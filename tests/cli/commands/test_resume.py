"""`scumble stylize --checkpoint`, `scumble resume` and `scumble stylize --continue-from`."""

import json
import signal
import time

import numpy as np
import pytest
from PIL import Image, ImageSequence

from scumble.record import read_record
from scumble.runs.checkpoint import Checkpoint, read_checkpoint
from scumble.runs.prepare import prepare
from scumble.runs.resume import prepare_resumed

from ..conftest import TINY, opened

LONG = ("--size", "64", "--steps", "100000", "--coarsest", "0", "--regions", "off", "--plateau", "0")
KEEP = ("--checkpoint", "run.checkpoint", "--checkpoint-every", "0")


def shown(process, steps):
    """Wait for so many lines of progress."""
    for _ in range(steps):
        assert json.loads(process.stderr.readline())["event"] == "step"


@pytest.mark.parametrize("steps", [2, 9])
def test_a_killed_run_goes_on_to_the_picture_that_it_would_have_made(start, scumble, desk, steps):
    short = [*LONG[:3], "150", *LONG[4:]]  # so many that it is not through before it is killed
    process = start("stylize", "photo.png", "paint.png", *short, *KEEP, "--json")
    shown(process, steps)
    process.kill()
    process.communicate()
    assert not (desk / "photo__paint.png").exists()
    assert read_checkpoint("run.checkpoint").record.steps >= steps
    for arguments in (["stylize", "photo.png", "paint.png", *short, "-o", "whole.png"],
                      ["resume", "run.checkpoint", "-o", "out.png"]):  # fmt: skip
        assert scumble(*arguments, "-q").code == 0
    assert np.array_equal(opened("whole.png"), opened("out.png"))
    whole, resumed = read_record("whole.png"), read_record("out.png")
    assert (whole.costs, whole.steps, whole.content) == (resumed.costs, resumed.steps, resumed.content)


def test_a_kill_at_any_moment_leaves_a_whole_checkpoint_and_no_litter_for_long(start, desk):
    """Each time a bit later after a line: while it paints, while it writes, while it renames."""
    process = start("stylize", "photo.png", "paint.png", *LONG, *KEEP, "--json")
    before = 0
    for attempt in range(3):
        shown(process, 3)
        time.sleep(0.008 * attempt)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        run = prepare_resumed("run.checkpoint")
        assert run.last.count > before
        before = run.last.count
        process = start("resume", "run.checkpoint", "--checkpoint-every", "0", "--json")
        while json.loads(process.stderr.readline())["event"] == "note":
            pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=900)
    assert not [path.name for path in desk.iterdir() if path.name.startswith(".")]


def test_ctrl_c_writes_the_checkpoint_and_says_how_to_go_on(start, desk):
    process = start("stylize", "photo.png", "paint.png", *LONG, "--checkpoint", "run.checkpoint",
                    "--checkpoint-every", "100000")  # fmt: skip
    assert "step 1 of 100000" in process.stderr.readline()
    assert not (desk / "run.checkpoint").exists()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=900)
    assert process.returncode == 130
    assert "note: scumble resume run.checkpoint goes on from there\n" in err
    assert read_checkpoint("run.checkpoint").record.steps == read_record("photo__paint.png").steps


def test_a_finished_run_keeps_its_checkpoint_and_gives_its_picture_again(scumble, desk):
    done = scumble(
        "stylize", "photo.png", "paint.png", *TINY, "--checkpoint", "run.checkpoint", "-o", "out.png"
    )
    assert (done.code, "goes on from there" in done.err) == (0, False)
    again = scumble("resume", "run.checkpoint")
    assert (again.code, again.out) == (0, "run-resumed.png\n")
    assert "note: resumed after step 4" in again.err
    assert np.array_equal(opened("out.png"), opened("run-resumed.png"))
    told = json.loads(scumble("resume", "run.checkpoint", "--dry-run", "--json", "-o", "3.png").out)
    assert (told["scales"], told["steps"]) == ([], 0)
    assert (desk / "run.checkpoint").exists()


def test_inputs_are_found_where_it_is_said(scumble, desk):
    scumble(
        "stylize", "photo.png", "paint.png", *TINY, "--checkpoint", "run.checkpoint", "-o", "out.png", "-q"
    )
    (desk / "inputs").mkdir()
    for name in ("photo.png", "paint.png"):
        (desk / name).rename(desk / "inputs" / name)
    assert scumble("resume", "run.checkpoint").code == 2
    assert scumble("resume", "run.checkpoint", "--inputs", "inputs", "-q").out == "run-resumed.png\n"
    assert scumble("stylize", "--continue-from", "out.png", "--steps", "+1").code == 2
    done = scumble("stylize", "--continue-from", "out.png", "--steps", "+1", "--inputs", "inputs", "-q")
    assert done.out == "out-continued.png\n"


def test_snapshots_are_numbered_on(scumble, desk):
    run = prepare("photo.png", "paint.png", size=64, steps=5, coarsest=0, every=2, device="cpu")
    run.checkpoint = Checkpoint("run.checkpoint")
    for step in run:
        if step.count == 3:
            break
    done = scumble("resume", "run.checkpoint", "--timelapse", "film.gif", "--snapshots", "steps", "--json")
    told = json.loads(done.out)
    assert (told["steps"], told["checkpoint"]) == (5, "run.checkpoint")
    assert [path.name for path in (desk / told["snapshots"]).iterdir()] == ["step-0004.png"]
    with Image.open("film.gif") as film:
        assert len(list(ImageSequence.Iterator(film))) >= 2


@pytest.mark.parametrize("steps", ["+3", "3"])
def test_going_on_from_a_picture(scumble, steps):
    scumble("stylize", "photo.png", "paint.png", *TINY, "--strength", "60", "-o", "out.png", "-q")
    done = scumble("stylize", "--continue-from", "out.png", "--steps", steps)
    assert (done.code, done.out) == (0, "out-continued.png\n")
    record = read_record("out-continued.png")
    assert (record.steps, record.start.name, record.options["strength"]) == (3, "out.png", 60)
    assert record.costs["total"] < read_record("out.png").costs["total"]
    again = scumble("rerun", "out-continued.png", "-o", "again.png", "-q")
    assert again.code == 0
    assert np.array_equal(opened("again.png"), opened("out-continued.png"))


def test_going_on_in_another_style(scumble):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "-q")
    done = scumble("stylize", "photo.png", "photo.png", "--continue-from", "out.png", "--steps", "+1", "-q")
    assert done.code == 0
    assert read_record("out-continued.png").styles[0].name == "photo.png"
