"""Frames of style pictures: seen, and left out of what is painted after."""

import numpy as np
import pytest
from PIL import Image

from scumble.image.frame import CLEAR, frame, inner_box
from scumble.image.resize import resize
from scumble.runs.prepare import prepare
from scumble.runs.styles import Style

WHOLE = (0.0, 0.0, 1.0, 1.0)


def scene(width, height, seed=0):
    """Return soft shapes with some grain, as a photograph has."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (9, 12, 3), np.uint8))
    smooth = np.asarray(resize(coarse, (width, height)), float)
    noisy = smooth + random.normal(0, 6, smooth.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def framed(picture, width, color="black"):
    """Return the picture with its outermost pixels in one color."""
    paper = Image.new("RGB", picture.size, color)
    part = picture.crop((width, width, picture.width - width, picture.height - width))
    paper.paste(part, (width, width))
    return paper


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_without_a_frame_is_taken_whole(seed):
    picture = scene(400, 300, seed)
    assert frame(np.asarray(picture, np.float32) / np.float32(255)) < CLEAR
    assert inner_box(picture) == WHOLE


@pytest.mark.parametrize("color", ["black", "white", "tan"])
@pytest.mark.parametrize(("size", "width"), [((512, 384), 3), ((300, 512), 6), ((1024, 700), 10)])
def test_what_is_inside_has_nothing_of_the_frame_and_little_less(size, width, color):
    picture = framed(scene(*size), width, color)
    left, top, right, bottom = inner_box(picture)
    for part, side in ((left, size[0]), (top, size[1]), (1 - right, size[0]), (1 - bottom, size[1])):
        assert width - 1 <= part * side <= width + 9 * max(size) / 512


@pytest.mark.parametrize("color", ["black", "tan"])
def test_one_color_and_small_pictures_are_taken_whole(color):
    assert inner_box(Image.new("RGB", (300, 200), color)) == WHOLE
    assert inner_box(framed(scene(90, 300), 3)) == WHOLE


def test_a_wide_frame_is_not_guessed_at():
    assert inner_box(framed(scene(512, 400), 60)) == WHOLE


def test_a_style_is_painted_after_inside_of_its_frame_and_that_is_said():
    content, style = scene(128, 96), framed(scene(512, 384), 3)
    (part,) = prepare(content, style).plan.styles
    assert (part.width, part.height) == (504, 376)
    assert part.notes == (
        "504 x 376 pixels inside of its frame are painted after; --style-crop 0,0,1,1 takes all",
    )
    assert part.rgb.tobytes() == style.crop((4, 4, 508, 380)).tobytes()


@pytest.mark.parametrize("asked", [{"style_crop": "0,0,1,1"}, {"preset": "gatys", "backbone": "compact"}])
def test_a_style_is_whole_where_that_is_asked_for(asked):
    content, style = scene(128, 96), framed(scene(512, 384), 3)
    (part,) = prepare(content, style, **asked).plan.styles
    assert part.rgb.size == (512, 384)
    assert part.notes == ()


def test_a_mask_of_a_style_loses_the_same_frame():
    content, style, mask = scene(128, 96), framed(scene(512, 384), 3), Image.new("L", (512, 384))
    mask.paste(255, (0, 0, 128, 384))
    part = (4, 4, 508, 380)
    ours, by_hand = (
        prepare(content, Style(picture, mask=where)).plan.masks
        for picture, where in ((style, mask), (style.crop(part), mask.crop(part)))
    )
    assert np.array_equal(ours.styles[0], by_hand.styles[0])
    assert 0 < ours.styles[0].mean() < 1
