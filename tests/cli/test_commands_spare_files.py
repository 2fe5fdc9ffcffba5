"""Files that no command may take, whatever way leads to them."""

import json
import os
import shutil
import signal

import pytest

from scumble.cli.progress import Reporter
from scumble.record import read_record

from .conftest import TINY, opened

BASE = ("stylize", "photo.png", "paint.png", *TINY, "-q")
OVER = ("--on-exists", "overwrite")


@pytest.fixture
def home(desk, monkeypatch):
    """The home folder: the current one."""
    monkeypatch.setenv("HOME", str(desk))
    return desk


def test_a_checkpoint_is_known_under_every_way_to_write_its_path(scumble, home):
    assert scumble(*BASE, "-o", "a.png", "--checkpoint", "run").code == 0
    before = (home / "run").read_bytes()
    for way in ("~/run", f"file://{home}/run", "./run"):
        done = scumble(*BASE, "-o", "b.png", "--checkpoint", way)
        assert (done.code, "is there already" in done.err) == (2, True)
    assert (home / "run").read_bytes() == before


def test_a_picture_that_is_made_again_is_known_under_every_way_to_write_its_path(scumble, home):
    assert scumble(*BASE, "-o", "a.png").code == 0
    for way in ("~/a.png", f"file://{home}/a.png", "a.png"):
        done = scumble("rerun", way, "-o", "a.png", *OVER)
        assert (done.code, "is a file that is read" in done.err) == (2, True)


def test_a_record_beside_is_never_removed_but_with_its_own_picture(scumble, desk):
    assert scumble(*BASE, "-o", "a.jpg").code == 0
    shutil.copy("a.jpg.json", "out.png.json")
    assert scumble(*BASE, "-o", "out.png", *OVER).code == 0
    assert scumble(*BASE, "-o", "out.png", *OVER).code == 0
    assert (desk / "out.png.json").read_bytes() == (desk / "a.jpg.json").read_bytes()
    done = scumble("rerun", "out.png.json", "-o", "out.png", *OVER)
    assert (done.code, "is a file that is read" in done.err) == (2, True)


def test_files_of_options_are_read(scumble, desk, monkeypatch):
    (desk / "mine.png").write_text("seed = 1")
    monkeypatch.setenv("SCUMBLE_CONFIG", "mine.png")
    done = scumble(*BASE, "-o", "mine.png", *OVER)
    assert (done.code, "is a file that is read" in done.err) == (2, True)


def test_a_table_is_not_written_over_in_a_folder_that_nobody_named(scumble, desk):
    (desk / "gone").mkdir()
    (desk / "sheet.csv").write_text("mine")

    def step(*_):
        shutil.rmtree(desk / "gone", ignore_errors=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scumble.cli.cells.CellReporter.step", step)
        done = scumble("grid", *BASE[1:], "--x", "seed=1,2", "-o", "gone/sheet.png", *OVER)
    assert done.code == 1
    assert (desk / "sheet.csv").read_text() == "mine"
    assert (desk / "sheet-2.csv").read_text().startswith("seed,")


def test_completion_takes_the_place_of_its_own_file_alone(scumble):
    done = scumble("--install-completion", "--shell", "bash", "-o", "photo.png")
    assert (done.code, "is no such script" in done.err) == (2, True)
    assert opened("photo.png").size == (64, 48)
    for _ in range(2):
        assert scumble("--install-completion", "--shell", "bash", "-o", "tab.sh").code == 0


@pytest.mark.parametrize("moment", ["note", "close"])
def test_a_signal_around_the_painting_costs_no_picture(scumble, desk, moment):
    def come(*_):
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reporter, moment, come)
        patch.setattr(Reporter, "step", lambda *_: None)
        done = scumble(*BASE, "-o", "out.png", "--style-scale", "0.5")
    if moment == "close":
        assert (done.code, done.out) == (0, "out.png\n")
        assert not read_record("out.png").stopped
    assert (desk / "out.png").exists() == (moment == "close" or done.code == 0)


def test_a_full_pipe_that_nobody_reads_stops_nothing(start):
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    while True:
        try:
            os.write(writable, b"x" * 512)
        except BlockingIOError:
            break
    os.set_blocking(writable, True)
    process = start("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", stderr=writable)
    os.close(writable)
    out, _ = process.communicate(timeout=900)
    os.close(readable)
    assert (process.returncode, out) == (0, "out.png\n")


def test_skip_tells_no_path_that_is_not_there(scumble, home):
    (home / "only.jpg.json").write_text(json.dumps({"mine": 1}))
    (home / "nowhere.png").symlink_to("gone")
    for name in ("only.jpg", "nowhere.png"):
        done = scumble(*BASE, "-o", name, "--on-exists", "skip")
        assert (done.code, done.out) == (2, "")
    (home / "here.png").write_bytes(b"mine")
    assert scumble(*BASE, "--output=~/here.png", "--on-exists", "skip").out == f"{home}/here.png\n"
