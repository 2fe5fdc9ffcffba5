"""Frames on their way into a file: how long each is shown, and what a format of one's own has to do."""

import io

import pytest
from PIL import Image, ImageSequence

from scumble.outputs.base import Writer, outputs
from scumble.outputs.files import film_suffixes
from scumble.outputs.film import LONGEST, Film

COLORS = ("red", "blue", "teal")


class Told(Film):
    """A film as text: a line for each frame."""

    def add(self, frame, milliseconds):
        self.file.write(f"{frame.getpixel((0, 0))} {milliseconds}\n".encode())

    def close(self):
        self.file.write(b"end")


class TellingWriter(Writer):
    """The simplest writer of films."""

    suffixes = (".told",)
    film = Told

    def still(self, _, record=None):
        return f"a still, {record}".encode()


def told(colors, milliseconds=100):
    return TellingWriter().encode((Image.new("L", (2, 2), color) for color in colors), "{}", milliseconds)


def test_a_format_of_films_writes_what_it_is_given():
    assert told([7]) == b"a still, {}"
    assert told([7, 8]) == b"7 100\n8 100\nend"


def test_a_frame_that_equals_the_one_before_is_shown_for_longer():
    assert told([7, 7, 8, 7, 7, 7], 40) == b"7 80\n8 40\n7 120\nend"
    assert told([7, 7], 40) == b"7 80\nend"


def test_no_frame_is_shown_for_longer_than_formats_can_say():
    assert told([7, 7, 7], LONGEST // 2) == f"7 {LONGEST}\n7 {LONGEST // 2}\nend".encode()


def test_a_frame_may_be_drawn_on_once_it_is_added():
    file, frame = io.BytesIO(), Image.new("L", (2, 2), 7)
    with TellingWriter().open(file) as film:
        film.add(frame)
        frame.paste(8, (0, 0, 2, 2))
        film.add(frame)
    assert file.getvalue() == b"7 100\n8 100\nend"


@pytest.mark.parametrize("suffix", film_suffixes())
def test_the_time_of_a_film_is_that_of_its_frames(suffix):
    frames = [Image.new("RGB", (20, 12), color) for color in (*COLORS, *["teal"] * 4, "red")]
    data = outputs[suffix[1:]]().encode(frames, milliseconds=120)
    with Image.open(io.BytesIO(data)) as film:
        times = [(one.load(), one.info["duration"])[1] for one in ImageSequence.Iterator(film)]
    assert times == [120, 120, 600, 120]
