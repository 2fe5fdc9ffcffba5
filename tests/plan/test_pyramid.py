"""Sizes from coarse to fine."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.plan.pyramid import SMALLEST_SIDE, Scale, canvas, pyramid

sides = st.integers(1, 16384)
counts = st.lists(st.integers(0, 500), min_size=1, max_size=5).map(tuple)
edges = st.integers(0, 2048)


@given(sides, sides, counts, edges)
def test_the_last_scale_is_exactly_the_canvas(width, height, steps, coarsest):
    assert pyramid(width, height, steps, coarsest)[-1].size == (width, height)


@given(sides, sides, counts, edges)
def test_no_side_is_ever_zero(width, height, steps, coarsest):
    assert all(min(scale.size) >= 1 for scale in pyramid(width, height, steps, coarsest))


@given(sides, sides, counts, st.integers(16, 2048))
def test_the_coarsest_scale_is_about_as_large_as_asked(width, height, steps, coarsest):
    first = pyramid(width, height, steps, coarsest)[0]
    if max(width, height) < coarsest:
        assert first.size == (width, height)
    else:
        assert coarsest / 1.42 - 0.5 <= max(first.size)
        panorama = min(first.size) < 2 * SMALLEST_SIDE
        assert panorama or max(first.size) <= coarsest * 1.42 + 0.5


@given(sides, sides, counts, edges)
def test_no_scale_is_too_small_for_the_network_unless_the_result_is(width, height, steps, coarsest):
    smallest = min(pyramid(width, height, steps, coarsest)[0].size)
    assert smallest >= min(SMALLEST_SIDE, width, height)


def test_a_panorama_begins_where_its_shorter_side_is_long_enough():
    assert [scale.size for scale in pyramid(1024, 100, (5,), 128)] == [(256, 25), (512, 50), (1024, 100)]


@given(sides, sides, counts, st.integers(16, 2048))
def test_sizes_double(width, height, steps, coarsest):
    scales = pyramid(width, height, steps, coarsest)
    for coarse, fine in pairwise(scales):
        assert abs(2 * max(coarse.size) - max(fine.size)) <= 2


@given(sides, sides, counts, st.integers(64, 2048))
def test_the_aspect_is_kept(width, height, steps, coarsest):
    for scale in pyramid(width, height, steps, coarsest):
        shrunk = max(scale.size) / max(width, height)
        assert min(scale.size) == pytest.approx(min(width, height) * shrunk, abs=1)


@given(sides, sides, counts, edges)
def test_steps_are_given_from_coarse_to_fine_and_the_last_serves_the_rest(width, height, steps, coarsest):
    found = [scale.steps for scale in pyramid(width, height, steps, coarsest)]
    assert found == [*steps, *[steps[-1]] * len(found)][: len(found)]


@given(sides, sides, counts)
def test_without_coarsest_there_is_one_scale(width, height, steps):
    assert pyramid(width, height, steps, 0) == [Scale(width, height, steps[0])]


@given(sides, sides, st.integers(1, 16384))
def test_the_long_edge_of_the_canvas_is_the_size(width, height, size):
    across, down = canvas(str(size), width, height)
    assert max(across, down) == size
    assert (across >= down) == (width >= height) or across == down


def test_a_canvas_of_both_sides_is_just_that():
    assert canvas("400x300", 30, 4000) == (400, 300)


def test_a_default_run():
    scales = pyramid(512, 341, (80, 60, 40), 128)
    assert scales == [Scale(128, 85, 80), Scale(256, 171, 60), Scale(512, 341, 40)]
    assert scales[0].work == (128 * 85 + 12_000) * 80
