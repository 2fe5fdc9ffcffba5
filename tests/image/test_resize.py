"""Sizes keep the aspect exactly; pictures are resized without shifts or distortion."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scumble.image.resize import fit, resize, resize_softly

SIDES = st.integers(1, 100_000)


@given(SIDES, SIDES, SIDES)
def test_the_long_side_is_as_asked_and_the_other_the_nearest(width, height, long_edge):
    fitted = fit(width, height, long_edge)
    assert max(fitted) == long_edge
    assert min(fitted) >= 1
    assert (fitted[0] - fitted[1]) * (width - height) >= 0
    exact = Fraction(min(width, height) * long_edge, max(width, height))
    assert min(fitted) == 1 or -Fraction(1, 2) <= exact - min(fitted) < Fraction(1, 2)


@given(SIDES, SIDES)
def test_the_own_long_side_changes_nothing(width, height):
    assert fit(width, height, max(width, height)) == (width, height)


@given(SIDES, SIDES, SIDES)
def test_turning_the_picture_turns_the_size(width, height, long_edge):
    assert fit(height, width, long_edge) == fit(width, height, long_edge)[::-1]


@pytest.mark.parametrize(
    ("size", "long_edge", "expected"),
    [((3, 2), 5, (5, 3)), ((1, 20_000), 512, (1, 512)), ((1000, 1), 2000, (2000, 2)), ((7, 7), 3, (3, 3))],
)
def test_sizes_by_hand(size, long_edge, expected):
    assert fit(size[0], size[1], long_edge) == expected


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 90), st.integers(1, 90))
def test_a_flat_picture_stays_flat_at_every_size(width, height, new_width, new_height):
    resized = resize(Image.new("RGB", (width, height), (10, 128, 250)), (new_width, new_height))
    assert resized.size == (new_width, new_height)
    assert resized.getcolors() == [(new_width * new_height, (10, 128, 250))]


@pytest.mark.parametrize("size", [(64, 48), (200, 150), (1000, 750), (200, 900), (1000, 50)])
def test_a_ramp_stays_in_place(size):
    ramp = np.tile(np.linspace(0, 255, 400), (300, 1))
    resized = np.asarray(resize(Image.fromarray(ramp.round().astype(np.uint8)), size), float)
    centers = (np.arange(size[0]) + 0.5) * 400 / size[0] - 0.5  # where each new pixel lies in the old picture
    inside = slice(size[0] // 10, -size[0] // 10)
    assert np.abs(resized.mean(axis=0) - centers * 255 / 399)[inside].max() < 1


def test_the_same_size_is_an_equal_copy():
    image = Image.effect_noise((20, 10), 50)
    copy = resize(image, (20, 10))
    assert copy == image
    assert copy is not image


def test_fine_stripes_become_grey_not_moire():
    stripes = np.tile(np.array([0, 255], np.uint8), (100, 200))
    small = np.asarray(resize(Image.fromarray(stripes), (37, 10)), int)[:, 2:-2]
    assert np.abs(small - 127.5).max() < 20


@pytest.mark.parametrize("size", [(30, 7), (200, 150), (77, 77)])
def test_softly_no_value_lies_beyond_those_there_were(size):
    halves = Image.fromarray(np.repeat(np.array([[20] * 40 + [200] * 60], np.uint8), 50, axis=0))
    soft = np.asarray(resize_softly(halves, size)).astype(int)
    assert (soft.min(), soft.max()) == (20, 200)
    assert (np.diff(soft) >= 0).all()
    assert soft.shape == size[::-1]
