"""A result as bytes and in files that somebody else has opened."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

import scumble
from scumble.errors import OutputError, UnknownName, UsageError
from scumble.outputs.base import outputs
from scumble.record import Record, read_record

TINY: dict[str, Any] = {"size": 48, "steps": 1, "coarsest": 0}


@pytest.fixture(scope="module")
def made(content, style):
    """A small picture."""
    return scumble.stylize(content, style, **TINY)


@pytest.mark.parametrize("name", list(outputs))
def test_every_writer_gives_the_bytes_that_it_would_write(made, tmp_path, name):
    suffix = outputs[name].suffixes[0]
    made.save(tmp_path / f"out{suffix}")
    expected = (tmp_path / f"out{suffix}").read_bytes()
    assert made.to_bytes(name) == made.to_bytes(suffix) == expected
    with Image.open(io.BytesIO(expected)) as picture:
        assert picture.size == made.image.size
    file = io.BytesIO()
    assert made.save(file, format=name) is None
    assert file.getvalue() == expected
    assert not file.closed


def test_the_record_is_inside_where_it_can_be(made, tmp_path):
    (tmp_path / "out.png").write_bytes(made.to_bytes())
    assert read_record(tmp_path / "out.png") == made.record
    with Image.open(io.BytesIO(made.to_bytes("png"))) as picture:
        assert Record.from_json(picture.info["scumble"]) == made.record
        assert np.array_equal(np.asarray(picture), np.asarray(made.image))
    with Image.open(io.BytesIO(made.to_bytes("png", record=False))) as picture:
        assert "scumble" not in picture.info


def test_a_file_that_is_open_may_say_its_format(made, tmp_path):
    with (tmp_path / "out.jpg").open("wb") as file:
        made.save(file)
    assert (tmp_path / "out.jpg").read_bytes() == made.to_bytes("jpeg")
    assert not (tmp_path / "out.jpg.json").exists()


class Slow(io.RawIOBase):
    """Takes a few bytes at a time."""

    def __init__(self, most=10**9):
        self.taken, self.most = b"", most

    def writable(self):
        return True

    def write(self, data):
        if len(self.taken) > self.most:
            raise OSError(28, "No space left on device")
        self.taken += bytes(data[:1000])
        return min(1000, len(data))


def test_all_bytes_are_written_into_what_takes_a_few_at_a_time(made):
    slow = Slow()
    made.save(slow, format="png")
    assert slow.taken == made.to_bytes("png")
    with pytest.raises(OutputError, match="cannot write into the open file: No space left on device"):
        made.save(Slow(2000), format="png")


def test_what_cannot_be_is_said(made, tmp_path):
    with pytest.raises(UnknownName, match="unknown output format 'pnf'; did you mean 'png'"):
        made.to_bytes("pnf")
    with pytest.raises(UsageError, match="format is of type int"):
        made.to_bytes(3)
    with pytest.raises(UsageError, match="the file that is open does not say its format"):
        made.save(io.BytesIO())
    with pytest.raises(UsageError, match=r"of '.*out.png' the suffix says the format"):
        made.save(tmp_path / "out.png", format="jpeg")
    with pytest.raises(UsageError, match="on_exists is 'rename'; a file that is open takes only 'overwrite'"):
        made.save(io.BytesIO(), format="png", on_exists="rename")
    with pytest.raises(
        UsageError, match="no picture can be saved to int; allowed are a path and an open file"
    ):
        made.save(3)
    with pytest.raises(UsageError, match="no picture can be saved to int"):
        made.save(3, format="png")
    with pytest.raises(UsageError, match="the file is open as text"):
        made.save(io.StringIO(), format="png")
    closed = io.BytesIO()
    closed.close()
    with pytest.raises(OutputError, match="cannot write into the open file: I/O operation on closed file"):
        made.save(closed, format="png")
