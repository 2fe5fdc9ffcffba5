"""Snapshots and the timelapse."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

import scumble as package
from scumble.errors import OutputError, OutputExists
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.runs.film import Films, Snapshots, Timelapse

from ..conftest import TINY, opened


@pytest.fixture
def steps(content, style):
    """Four steps on two scales."""
    return list(package.stylize_steps(content, style, size=64, steps=2, coarsest=32))


@pytest.fixture
def plan(content, style):
    """What those steps were planned as."""
    return make_plan(Options(size=64, steps=2, coarsest=32), content, (style,), (1.0,))


def test_snapshots_are_taken_at_the_end_of_each_scale(scumble, desk):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--snapshots", "steps")
    assert {path.name: opened(path).size for path in (desk / "steps").iterdir()} == {
        "step-0002.png": (32, 24),
        "step-0004.png": (64, 48),
    }
    assert "note: steps/step-0002.png  step 2\n" in done.err
    verbose = scumble(
        "stylize", "photo.png", "paint.png", *TINY, "--snapshots", "more", "--verbose", "-o", "2.png"
    )
    assert "note: more/step-0002.png  step 2  total " in verbose.err


def test_with_a_film_every_says_how_often_it_has_a_frame(scumble, desk):
    done = scumble(
        "stylize", "photo.png", "paint.png", *TINY, "--every", "2", "-o", "out.png", "--timelapse", "a.gif"
    )
    assert done.code == 0
    assert (desk / "a.gif").is_file()
    assert not (desk / "out-steps").exists()


def test_snapshots_are_taken_as_often_as_every_says_beside_the_picture(scumble, desk):
    scumble("stylize", "photo.png", "paint.png", *TINY, "--every", "3", "-o", "out.png")
    assert [path.name for path in (desk / "out-steps").iterdir()] == ["step-0003.png"]


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
    for on_exists, mine in (("skip", True), ("overwrite", False)):
        snapshots = Snapshots(Path("steps"), 1, on_exists)
        for step in steps:
            snapshots.step(step)
        snapshots.series.close()
        assert ((desk / "steps" / "step-0001.png").read_bytes() == b"mine") == mine
        assert opened("steps/step-0004.png").size == (64, 48)


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_timelapse_shows_the_way_and_stands_still_at_the_end(scumble, suffix):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--timelapse", f"film{suffix}")
    assert f"timelapse: film{suffix}" in done.err
    with Image.open(f"film{suffix}") as film:
        assert film.size == (64, 48)  # frames of coarse scales, too
        assert 4 <= film.n_frames <= 4 + 12
        durations = []
        for number in range(film.n_frames):
            film.seek(number)
            film.load()
            durations.append(film.info["duration"])
    assert sum(durations) == pytest.approx(120 * 16, abs=10)


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
        assert film.n_frames == 280
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


def test_a_picture_outlives_a_timelapse_that_cannot_be_written(scumble, desk):
    (desk / "steps").mkdir()
    arguments = ("--snapshots", "steps", "--timelapse", "steps/step-0002.webp")
    done = scumble("stylize", "photo.png", "paint.png", *TINY, *arguments)
    assert done.code == 0
    (desk / "films").mkdir()
    films = Films.finish

    def finish(self, last):
        shutil.rmtree(desk / "films")
        return films(self, last)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Films, "finish", finish)
        done = scumble(
            "stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--timelapse", "films/film.gif"
        )
    assert done.code == 1
    assert done.out == "out.png\n"
    assert f"there is no folder 'films' to write to; it is kept as '{desk / 'film.gif'}'" in done.err
    assert (desk / "film.gif").is_file()
    assert opened("out.png").size == (64, 48)
