"""The line search beside the conditions it is named for."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from scumble.optimizers.base import Evaluation
from scumble.optimizers.line_search import Point, between, strong_wolfe


def line(function, slope):
    """Return what the search evaluates; the image is the place itself."""

    def at(length):
        place = torch.tensor(length)
        there = Evaluation(place, place)
        return Point(length, function(length), slope(length), place, there)

    return at


@st.composite
def lines(draw):
    """Draw a smooth function with a minimum: a quartic and a wave, going down at 0."""
    minimum = 10 ** draw(st.floats(-2, 2))
    height = 10 ** draw(st.floats(-6, 6))
    quartic, wave = draw(st.floats(0, 5)), draw(st.floats(0, 0.2))

    def function(length):
        x = length / minimum - 1
        return height * (x * x + quartic * x**4 + wave * math.sin(5 * x))

    def slope(length):
        x = length / minimum - 1
        return height * (2 * x + 4 * quartic * x**3 + 5 * wave * math.cos(5 * x)) / minimum

    return line(function, slope), minimum * 10 ** draw(st.floats(-2, 2))


@given(lines())
def test_the_strong_wolfe_conditions_hold(case):
    at, first = case
    origin = at(0.0)
    assert origin.slope < 0
    found, used = strong_wolfe(at, origin, first)
    assert 1 <= used <= 10
    assert found.value < origin.value
    if used < 10:
        assert found.value <= origin.value + 1e-4 * found.length * origin.slope
        assert abs(found.slope) <= 0.9 * abs(origin.slope)


@given(st.floats(-2, 2))
def test_a_parabola_is_solved_from_any_first_length(decades):
    at = line(lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1))
    found, used = strong_wolfe(at, at(0.0), 10.0**decades)
    assert used <= 7
    assert abs(found.slope) <= 1.8


def test_the_search_counts_what_it_evaluates():
    places = []

    def at(length):
        places.append(length)
        return line(lambda x: (x - 1) ** 2, lambda x: 2 * (x - 1))(length)

    origin = at(0.0)
    _, used = strong_wolfe(at, origin, 37.0)
    assert used == len(places) - 1
    assert len(set(places)) == len(places)


def test_the_search_gives_up_after_so_many():
    at = line(lambda x: -x, lambda _: -1.0)  # down for ever, never flatter
    found, used = strong_wolfe(at, at(0.0), 1.0, most=6)
    assert used == 6
    assert found.length == 32.0


@given(st.floats(0, 1e3), st.floats(1e-3, 1e3), *[st.floats(-1e3, 1e3)] * 4)
def test_the_next_length_is_well_inside(start, span, low_value, high_value, low_slope, high_slope):
    for low, high in ((start, start + span), (start + span, start)):
        ends = [
            line(lambda _, v=value: v, lambda _, s=slope: s)(place)
            for place, value, slope in ((low, low_value, low_slope), (high, high_value, high_slope))
        ]
        length = between(*ends)
        assert start + 0.099 * span <= length <= start + 0.901 * span


def test_a_search_that_falls_off_an_edge_comes_back_by_tenths():
    at = line(lambda x: (x - 1) ** 2 if x < 2 else math.nan, lambda x: 2 * (x - 1))
    found, used = strong_wolfe(at, at(0.0), 1e7)
    assert used < 10
    assert found.value < 1


def test_a_place_far_off_that_is_hardly_lower_is_not_taken():
    """Flat enough, but the way there promised more: the first condition."""
    at = line(lambda x: -x * math.exp(-x), lambda x: (x - 1) * math.exp(-x))
    found, used = strong_wolfe(at, at(0.0), 20.0)
    assert used < 10
    assert found.value <= -1e-4 * found.length
