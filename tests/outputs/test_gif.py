"""GIF: one palette for all frames, and of each only what has changed."""

import io

import numpy as np
from PIL import Image, ImageSequence

from scumble.outputs.base import outputs
from scumble.outputs.gif import samples, shared_palette


def scene(shift):
    y, x = np.mgrid[0:40, 0:60]
    return Image.fromarray(np.stack([x * 4, (y * 6 + shift) % 256, 128 + 0 * x], axis=-1).astype(np.uint8))


def shown(data):
    with Image.open(io.BytesIO(data)) as film:
        return [frame.convert("RGB") for frame in ImageSequence.Iterator(film)]


def test_each_frame_is_what_it_is_in_the_palette_of_all():
    frames = [scene(30 * number) for number in range(8)]
    frames[4].paste(frames[3].crop((0, 0, 30, 40)))  # a half of it stands still
    palette = shared_palette(reversed(frames))
    in_palette = [frame.quantize(palette=palette).convert("RGB").tobytes() for frame in frames]
    assert [one.tobytes() for one in shown(outputs["gif"]().encode(frames))] == in_palette


def test_what_stands_still_takes_no_room():
    still, dot = scene(0), scene(0)
    dot.paste("red", (10, 20, 14, 23))
    whole = outputs["gif"]().encode([still, scene(90)])
    assert len(outputs["gif"]().encode([still, dot, still])) < len(whole)


def test_frames_that_differ_in_what_the_palette_has_not_are_frames_all_the_same():
    nearly = scene(0)
    nearly.putpixel((7, 7), tuple(value ^ 1 for value in nearly.getpixel((7, 7))))
    frames = shown(outputs["gif"]().encode([scene(0), nearly]))
    assert len(frames) == 2


def test_the_palette_suits_what_is_shown_longest_and_last():
    assert samples([120] * 3) == [2, 1, 0]
    assert samples([120, 240]) == [1, 1, 0]
    assert samples([40] * 32) == list(range(31, 0, -2))
    assert len(samples([40] * 33)) == 11


def test_a_film_lies_beside_its_file_until_its_palette_is_known(tmp_path):
    with (tmp_path / "film").open("w+b") as file, outputs["gif"]().open(file) as film:
        for number in range(3):
            film.add(scene(number))
        assert [path.name for path in tmp_path.iterdir()] == ["film"]  # without a name
        assert not file.tell()
