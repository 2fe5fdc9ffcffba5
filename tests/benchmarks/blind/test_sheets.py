"""What is drawn by lot: the order of the sheets and what stands on the left."""

from pathlib import Path

import pytest
from benchmarks.blind.matches import Match
from benchmarks.blind.sheets import shuffled

SEEDS = range(20)


def matches(number):
    return [Match(Path(f"{one}.png"), (), Path(f"a{one}.png"), Path(f"b{one}.png")) for one in range(number)]


@pytest.mark.parametrize("number", [1, 6, 7])
def test_each_is_left_equally_often_whatever_the_seed(number):
    lefts = [[left for _, left in shuffled(matches(number), seed)] for seed in SEEDS]
    assert {left.count("A") for left in lefts} == {number // 2, number - number // 2}
    assert {left[0] for left in lefts} == {left[-1] for left in lefts} == {"A", "B"}


def test_the_order_is_drawn_and_nothing_is_lost():
    given = matches(6)
    orders = [tuple(match for match, _ in shuffled(given, seed)) for seed in SEEDS]
    assert all(set(order) == set(given) for order in orders)
    assert len(set(orders)) > 15
    assert given == matches(6)


def test_neither_the_place_of_a_pair_nor_the_sheet_before_tells_the_side():
    drawn = [shuffled(matches(6), seed) for seed in SEEDS]
    assert {(match.content.stem, left) for sheets in drawn for match, left in sheets} == {
        (str(number), left) for number in range(6) for left in "AB"
    }
    follows = {(sheets[at][1], sheets[at + 1][1]) for sheets in drawn for at in range(5)}
    assert follows == {("A", "A"), ("A", "B"), ("B", "A"), ("B", "B")}
