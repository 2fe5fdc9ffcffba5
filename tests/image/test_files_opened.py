"""Pictures from files that somebody else has opened: read once, within limits, and left open."""

import hashlib
import io
import zipfile
from typing import Any

import numpy as np
import pytest

import scumble
from scumble.errors import ImageError
from scumble.image import files
from scumble.image.files import read_picture
from scumble.runs.styles import Style

TINY: dict[str, Any] = {"size": 48, "steps": 1, "coarsest": 0}


class Stream(io.RawIOBase):
    """Bytes that come a few at a time, once, as from a socket."""

    def __init__(self, data, name=None):
        self.data, self.place, self.name = data, 0, name

    def readable(self):
        return True

    def readinto(self, buffer):
        part = self.data[self.place : self.place + min(1000, len(buffer))]
        buffer[: len(part)] = part
        self.place += len(part)
        return len(part)


@pytest.fixture
def photo(tmp_path, content):
    """A file of 64 x 48 pixels."""
    path = tmp_path / "photo.png"
    content.rgb.save(path)
    return path


def opened(kind, path, folder):
    """Return a picture as a file that is open."""
    data = path.read_bytes()
    if kind == "zip":
        with zipfile.ZipFile(folder / "all.zip", "w") as archive:
            archive.write(path, "folder/photo.png")
        return zipfile.ZipFile(folder / "all.zip").open("folder/photo.png")
    return {
        "file": lambda: path.open("rb"),
        "memory": lambda: io.BytesIO(data),
        "stream": lambda: Stream(data),
    }[kind]()


@pytest.mark.parametrize(
    ("kind", "name"), [("file", "photo.png"), ("zip", "photo.png"), ("memory", "image"), ("stream", "image")]
)
def test_a_file_that_is_open_is_the_picture_in_it(kind, name, photo, tmp_path):
    with opened(kind, photo, tmp_path) as file:
        picture = read_picture(file)
        assert not file.closed
    assert np.array_equal(np.asarray(picture.rgb), np.asarray(read_picture(photo).rgb))
    assert (picture.name, picture.path) == (name, None)
    assert picture.sha256 == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_a_file_is_read_from_where_it_stands(photo):
    file = io.BytesIO(b"before" + photo.read_bytes())
    file.seek(len(b"before"))
    assert read_picture(file).sha256 == read_picture(photo).sha256


@pytest.mark.usefixtures("weights")
def test_content_style_and_masks_may_be_open_files(photo, style, tmp_path):
    style.rgb.save(tmp_path / "painting.png")
    content_mask = tmp_path / "mask.png"
    read_picture(photo).rgb.convert("L").save(content_mask)
    paths = (photo, tmp_path / "painting.png", content_mask)
    data = [Stream(path.read_bytes(), path.name) for path in paths]
    made = scumble.stylize(data[0], Style(data[1], content_mask=data[2]), **TINY)
    same = scumble.stylize(photo, Style(paths[1], content_mask=content_mask), **TINY)
    assert np.array_equal(np.asarray(made.image), np.asarray(same.image))
    assert (made.record.content.name, made.record.styles[0].name) == ("photo.png", "painting.png")
    assert made.record.content.sha256 == same.record.content.sha256


class Broken:
    """A file whose `read` does something else."""

    def __init__(self, answer):
        self.answer = answer

    def read(self, _size):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (io.BytesIO(), "'image' is empty"),
        (io.BytesIO(b"%PDF-1.4"), "'image' is a PDF"),
        (io.StringIO("words"), "the file 'image' is open as text"),
        (Broken(None), "the file 'image' gives NoneType where bytes were read"),
        (Broken(RuntimeError("gone")), "cannot read 'image': gone"),
        (Broken(OSError()), "cannot read 'image': OSError"),
    ],
)
def test_what_is_no_picture_is_refused(file, message):
    with pytest.raises(ImageError, match=message):
        read_picture(file)


def test_a_closed_file_is_refused(photo):
    file = photo.open("rb")
    file.close()
    with pytest.raises(ImageError, match=r"cannot read 'photo.png': read of closed file"):
        read_picture(file)


def test_no_more_is_read_than_is_allowed(photo, monkeypatch):
    endless = Stream(photo.read_bytes() + bytes(10**7))
    monkeypatch.setattr(files, "MAX_BYTES", 10**6)
    with pytest.raises(ImageError, match="'image' has more than 1,000,000 bytes, which are allowed"):
        read_picture(endless)
    assert endless.place <= 10**6 + 1000


def test_no_more_of_what_is_no_picture_is_read_than_its_beginning():
    endless = Stream(bytes(10**7))
    with pytest.raises(ImageError, match="allowed are"):
        read_picture(endless)
    assert endless.place < 10**4


def test_a_name_may_be_anything(photo):
    for name, told in ((7, "image"), ("", "image"), ("/a/b/c.png", "c.png"), ("x" * 9999, "x" * 255)):
        assert read_picture(Stream(photo.read_bytes(), name)).name == told
