"""A finished picture is kept somewhere, whatever became of the place where it was to go."""

import shutil
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from scumble.errors import OutputError, UsageError
from scumble.image.files import read_picture
from scumble.saving.destination import destination_of

PICTURE = Image.new("RGB", (8, 6), "teal")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The current folder, a folder `out` in it, and one for temporary files."""
    for name in ("here", "here/out", "spare"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spare"))
    return tmp_path


def test_a_picture_goes_where_it_was_to_go():
    saved = destination_of("out/a.png").save([PICTURE])
    assert (saved.path, saved.problem, saved.note) == (Path("out/a.png"), None, "")


def test_a_folder_that_has_gone(here):
    place = destination_of("out/a.png")
    shutil.rmtree("out")
    saved = place.save([PICTURE])
    assert saved.path == here / "here" / "a.png"
    assert saved.problem.message == f"there is no folder 'out' to write to; it is kept as '{saved.path}'"
    assert isinstance(saved.problem, OutputError)
    assert read_picture(saved.path).rgb.size == PICTURE.size


def test_a_folder_of_the_picture_s_name():
    place = destination_of("out/a.png", "overwrite")
    Path("out/a.png").mkdir()
    saved = place.save([PICTURE])
    assert saved.path == Path("out/a-2.png").resolve() or read_picture(saved.path)
    assert "is a folder" in saved.problem.message


def test_a_place_for_temporary_files_is_the_last(here):
    place = destination_of("out/a.jpg")
    shutil.rmtree(here / "here")
    saved = place.save([PICTURE])
    assert saved.path == here / "spare" / "a.jpg"


def test_a_format_that_cannot_hold_the_picture():
    saved = destination_of("out/a.webp").save([Image.new("RGB", (16_400, 2))])
    assert saved.path.suffix == ".png"
    assert "cannot write 16400 x 2 pixels as .webp" in saved.problem.message
    assert read_picture(saved.path, max_side=20_000).rgb.size == (16_400, 2)


def test_a_file_that_is_read_is_refused_before_the_work():
    PICTURE.save("photo.png")
    with pytest.raises(UsageError, match=r"'photo\.png' is a file that is read"):
        destination_of("photo.png", "overwrite", [Path("photo.png"), b"bytes", None])
    assert destination_of("photo.png", "skip") is None


@pytest.mark.parametrize("on_exists", ["error", "rename"])
def test_a_file_that_has_appeared_is_left_as_it_is(on_exists):
    place = destination_of("out/a.png", on_exists)
    Path("out/a.png").write_bytes(b"mine")
    saved = place.save([PICTURE])
    assert saved.path == Path("out/a-2.png")
    assert saved.note == "'out/a.png' has appeared meanwhile and is left as it is"
    assert Path("out/a.png").read_bytes() == b"mine"
