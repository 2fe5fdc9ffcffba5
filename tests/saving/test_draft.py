"""A film is written under a hidden name, and is kept somewhere whatever became of its folder."""

import errno
import shutil

import pytest
from PIL import Image, ImageSequence

from scumble.disk import system
from scumble.disk.digest import file_sha256
from scumble.errors import OutputError, OutputExists, UsageError
from scumble.image.files import read_picture
from scumble.record import read_record, sidecar
from scumble.saving.destination import Destination
from scumble.saving.draft import Draft

from ..records import a_record


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def draft(tmp_path):
    """A film in a folder, finished and not yet placed."""
    (tmp_path / "films").mkdir()
    with Draft(tmp_path / "films" / "film.gif") as draft:
        for color in ("red", "blue"):
            draft.add(Image.new("RGB", (8, 6), color))
        draft.finish()
        yield draft


def test_nothing_is_seen_of_a_film_until_it_is_placed(draft, tmp_path):
    assert [path.name for path in (tmp_path / "films").glob("[!.]*")] == []
    assert draft.place(draft.path) == draft.path
    draft.drop()
    assert everything(tmp_path) == ["films", "films/film.gif"]
    assert read_picture(draft.path).rgb.size == (8, 6)


def test_a_name_that_is_taken_by_now(draft, tmp_path):
    draft.path.write_bytes(b"mine")
    with pytest.raises(OutputExists):
        draft.place(draft.path)
    assert draft.place(draft.path, "skip") is None
    assert draft.place(draft.path, "rename") == tmp_path / "films" / "film-2.gif"
    assert draft.path.read_bytes() == b"mine"
    assert draft.place(draft.path, "overwrite") == draft.path
    assert draft.path.read_bytes() == (tmp_path / "films" / "film-2.gif").read_bytes()


def test_a_film_whose_folder_is_gone_is_kept_elsewhere(draft, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(tmp_path / "films")
    saved = Destination(draft.path, "error", "timelapse").keep(draft)
    assert saved.path == tmp_path / "film.gif"
    assert "there is no folder" in saved.problem.message
    with Image.open(saved.path) as film:
        assert len(list(ImageSequence.Iterator(film))) == 2


def test_a_film_that_lost_its_name_where_there_are_no_links_gets_another(draft, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(system, "link", refuse)
    assert draft.place(draft.path) == draft.path
    draft.path.unlink()
    assert draft.place(draft.path) == draft.path
    assert read_picture(draft.path).rgb.size == (8, 6)


def test_a_film_keeps_its_format(draft, tmp_path):
    with pytest.raises(UsageError, match=r"film\.webp' was written as \.gif"):
        draft.place(tmp_path / "film.webp")


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write '.*film\.gif': No such file or directory"):
        Draft(tmp_path / "nowhere" / "film.gif")


def test_the_record_beside_tells_whose_it_is_under_every_name(tmp_path):
    with Draft(tmp_path / "out.jpg", a_record()) as draft:
        draft.add(Image.new("RGB", (8, 6), "teal"))
        draft.finish()
        for name in ("out.jpg", "out-2.jpg"):
            assert draft.place(tmp_path / "out.jpg", "rename").name == name
            assert read_record(sidecar(tmp_path / name)).picture_sha256 == file_sha256(tmp_path / name)
