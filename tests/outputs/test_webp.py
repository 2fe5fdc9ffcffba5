"""WebP: films whose frames are stills."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageSequence

from scumble.image.profile import srgb_profile
from scumble.outputs.base import outputs

from ..pictures import difference


def clear_with_a_disk(left):
    picture = Image.new("RGBA", (64, 48))
    ImageDraw.Draw(picture).ellipse((left, 10, left + 20, 30), "teal")
    return picture


def test_each_frame_is_the_still_of_it():
    frames = [
        Image.radial_gradient("L").rotate(9 * number).resize((60, 41)).convert("RGB") for number in range(3)
    ]
    writer = outputs["webp"]()
    with Image.open(io.BytesIO(writer.encode(frames))) as film:
        assert film.info["icc_profile"] == srgb_profile()
        assert film.info["loop"] == 0
        assert film.mode == "RGB"
        for frame, shown in zip(frames, ImageSequence.Iterator(film), strict=True):
            still = Image.open(io.BytesIO(writer.still(frame)))
            assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(still))


def test_what_is_clear_hides_the_frame_before():
    frames = [clear_with_a_disk(left) for left in (0, 20, 40)]
    with Image.open(io.BytesIO(outputs["webp"]().encode(frames))) as film:
        for frame, shown in zip(frames, ImageSequence.Iterator(film), strict=True):
            assert difference(shown.getchannel("A").convert("RGB"), frame.getchannel("A").convert("RGB")) < 1


def test_a_film_of_a_print_says_its_dots_per_inch():
    frames = [Image.new("RGB", (20, 11), color) for color in ("red", "blue")]
    frames[0].info["dpi"] = (300, 300)
    with Image.open(io.BytesIO(outputs["webp"]().encode(frames))) as film:
        assert film.getexif()[0x011A] == pytest.approx(300)


def test_a_film_tells_how_long_its_file_is():
    data = outputs["webp"]().encode(Image.new("RGB", (20, 11), color) for color in ("red", "blue"))
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
