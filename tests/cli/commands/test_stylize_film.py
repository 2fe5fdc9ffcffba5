"""`scumble stylize --snapshots` and `--timelapse`: pictures on the way, which never cost the last one."""

import shutil

import pytest
from PIL import Image, ImageSequence

from scumble.runs.film import Films

from ..conftest import TINY, opened


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


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_timelapse_shows_the_way_and_stands_still_at_the_end(scumble, suffix):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--timelapse", f"film{suffix}")
    assert f"timelapse: film{suffix}" in done.err
    with Image.open(f"film{suffix}") as film:
        assert film.size == (64, 48)  # frames of coarse scales, too
        durations = []
        for frame in ImageSequence.Iterator(film):
            frame.load()
            durations.append(frame.info["duration"])
    assert 4 <= len(durations) <= 4 + 12
    assert sum(durations) == pytest.approx(120 * 16, abs=10)


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
