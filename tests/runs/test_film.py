"""Snapshots and the timelapse."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

import scumble
from scumble.errors import OutputError, OutputExists
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.runs.film import Films, Snapshots, Timelapse
from scumble.saving.on_exists import OnExists


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """The current folder, which is empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def steps(content, style):
    """Four steps on two scales."""
    return list(scumble.stylize_steps(content, style, size=64, steps=2, coarsest=32))


@pytest.fixture
def plan(content, style):
    """What those steps were planned as."""
    return make_plan(Options(size=64, steps=2, coarsest=32), content, (style,), (1.0,))


def test_the_folder_of_other_snapshots_is_left_alone(desk):
    folder = desk / "steps"
    folder.mkdir()
    assert Snapshots(folder, 1, "error").folder == folder
    (folder / "step-0001.png").write_bytes(b"mine")
    with pytest.raises(OutputExists, match="is not empty"):
        Snapshots(folder, 1, "error")
    assert Snapshots(folder, 1, "rename").folder == desk / "steps-2"
    assert Snapshots(folder, 1, "skip").folder == folder


def test_skip_leaves_snapshots_that_are_there(steps, desk):
    (desk / "steps").mkdir()
    (desk / "steps" / "step-0001.png").write_bytes(b"mine")
    allowed: list[tuple[OnExists, bool]] = [("skip", True), ("overwrite", False)]
    for on_exists, mine in allowed:
        snapshots = Snapshots(Path("steps"), 1, on_exists)
        for step in steps:
            snapshots.step(step)
        snapshots.series.close()
        assert ((desk / "steps" / "step-0001.png").read_bytes() == b"mine") == mine
        with Image.open("steps/step-0004.png") as last:
            assert last.size == (64, 48)


def test_large_pictures_make_smaller_films(content, style):
    plan = make_plan(Options(size=1280), content, (style,), (1.0,))
    assert Timelapse(Path("film.gif"), plan, 0, "error").size == (640, 480)


def test_a_film_has_every_frame_that_was_asked_for(steps, plan, desk):
    films = Films(plan, Path("out.png"), None, Path("film.webp"), "error")
    films.timelapse.every = 1
    for step in steps * 70:
        films.step(step)
    assert films.finish(steps[-1]) == Path("film.webp")
    with Image.open("film.webp") as film:
        assert len(list(ImageSequence.Iterator(film))) == 280
    assert [path.name for path in desk.iterdir() if path.name.startswith(".")] == []


def test_a_film_that_can_no_more_be_written_is_given_up_and_the_run_goes_on(steps, plan, desk):
    (desk / "films").mkdir()
    films = Films(plan, Path("out.png"), Path("steps"), Path("films/film.gif"), "error")
    shutil.rmtree(desk / "films")
    for step in steps:
        films.step(step)
    assert films.finish(steps[-1]) is None
    assert "cannot write 'films/film.gif'" in films.problem.message
    assert (desk / "steps" / "step-0004.png").is_file()


def test_a_film_that_is_not_finished_leaves_nothing(steps, plan, desk):
    before = sorted(desk.iterdir())
    films = Films(plan, Path("out.png"), None, Path("film.gif"), "error")
    for step in steps:
        films.step(step)
    assert sorted(desk.iterdir()) != before
    films.close()
    assert sorted(desk.iterdir()) == before


def test_what_cannot_be_written_on_the_way_is_given_up_and_told_at_the_end(steps, plan, desk):
    films = Films(plan, Path("out.png"), Path("steps"), Path("film.gif"), "error")
    assert films.step(steps[1]) == Path("steps/step-0002.png")
    shutil.rmtree(desk / "steps")
    (desk / "steps").write_bytes(b"in the way")
    assert films.step(steps[3]) is None
    assert isinstance(films.problem, OutputError)
    assert "cannot make the folder 'steps'" in films.problem.message
    assert films.finish(steps[3]) == Path("film.gif")
