"""The strength dial: its ends, its middle, and that it goes one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scumble.plan.strength import DIAL, RECOLORED, content_factor, recolor_amount

STRENGTHS = st.floats(0, 100)


@pytest.mark.parametrize(
    ("strength", "factor"), [(0, 1e4), (1e-200, 1e4), (24, 10), (50, 1), (78, 0.1), (100, 0)]
)
def test_ends_and_middle(strength, factor):
    assert content_factor(strength) == pytest.approx(factor)


@given(STRENGTHS, STRENGTHS)
def test_more_strength_is_never_more_content(one, other):
    low, high = sorted((one, other))
    assert content_factor(low) >= content_factor(high) >= 0
    assert recolor_amount(1, low) <= recolor_amount(1, high)


@given(STRENGTHS)
def test_it_has_no_jumps(strength):
    """A hundredth of a point changes the factor by less than a twentieth, or by next to nothing near 100."""
    before, after = content_factor(strength), content_factor(min(100, strength + 0.01))
    assert before - after <= 0.05 * before + 1e-4


def test_the_table_goes_one_way():
    assert [strength for strength, _ in DIAL] == sorted(strength for strength, _ in DIAL)
    assert [factor for _, factor in DIAL] == sorted((factor for _, factor in DIAL), reverse=True)


def test_the_content_is_recolored_before_strokes_come():
    assert recolor_amount(0.8, 0) == 0
    assert recolor_amount(0.8, RECOLORED / 2) == pytest.approx(0.4)
    assert recolor_amount(0.8, 60) == recolor_amount(0.8, 100) == 0.8
