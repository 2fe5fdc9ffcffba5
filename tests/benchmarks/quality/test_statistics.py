"""Frontiers, intervals and comparisons on made-up numbers whose answers are known."""

import math
from pathlib import Path

import numpy as np
import pytest
from benchmarks.quality.checks import check
from benchmarks.quality.comparison import compare
from benchmarks.quality.frontier import matched_difference, similarity
from benchmarks.quality.jobs import Job
from benchmarks.quality.pairs import Pair
from benchmarks.quality.results import Results
from benchmarks.quality.statistics import Estimate, bootstrap

from scumble.measures import MEASURES, names_of
from scumble.options import Options

STRENGTHS = [10.0, 50.0, 90.0]
PAIRS = [Pair(Path(f"c{i}.png"), Path(f"s{i}.png")) for i in range(5)]


def made_up(**factors):
    """Settings whose style distance is a factor times e^(2 q) at similarity q; each reaches its own similarities."""
    shifts = {name: 0.1 * number for number, name in enumerate(factors)}
    jobs, entries = [], []
    for index, pair in enumerate(PAIRS):
        jobs += [Job("content", pair, "", Options()), Job("style", pair, "", Options())]
        entries += [{"measures": measures(level, 1.0), "seconds": 0.0} for level in (1.0, 0.2)]
        for name, factor in factors.items():
            for strength in STRENGTHS:
                q = 0.9 - strength / 200 + shifts[name] + 0.01 * index
                jobs.append(Job("painted", pair, name, Options(strength=strength)))
                entries.append(
                    {"measures": measures(0.2 + 0.8 * q, factor * math.exp(2 * q)), "seconds": 0.0}
                )
    return Results(PAIRS, list(factors), STRENGTHS, jobs, entries)


def measures(content, style):
    of_kind = {"content": content, "style": style, "artefact": style / 100}
    return {name: of_kind[one.kind] for name, one in MEASURES.items()}


def test_similarity_is_1_for_the_content_and_0_for_the_style():
    unrelated = {"structure": 0.1, "edges": 0.5, "layout": 0.2}
    assert similarity(dict.fromkeys(unrelated, 1.0), unrelated) == pytest.approx(1)
    assert similarity(unrelated, unrelated) == 0
    assert similarity({"structure": 0.55, "edges": 0.5, "layout": 0.2}, unrelated) == pytest.approx(1 / 6)


def test_a_setting_that_only_moves_along_the_frontier_is_equal():
    comparison = compare(made_up(a=1.0, b=1.0), "a", "b")
    for name in names_of("style"):
        assert comparison.matched[name].mean == pytest.approx(0, abs=1e-9)
        assert (
            comparison.equal[name][50.0].verdict(lower_is_better=True) == "worse"
        )  # at equal strength it is not
    assert comparison.equal["similarity"][50.0].mean == pytest.approx(0.1)


@pytest.mark.parametrize(("factor", "verdict"), [(0.8, "better"), (1.3, "worse")])
def test_a_shifted_frontier_is_found_in_per_cent(factor, verdict):
    comparison = compare(made_up(a=1.0, b=factor), "a", "b")
    for name in names_of("style"):
        found = comparison.matched[name]
        assert found.mean == pytest.approx(100 * (factor - 1), abs=1e-6)
        assert found.verdict(lower_is_better=True) == verdict
        assert found.count == 5


def test_a_failed_picture_is_left_out_of_its_pair_alone():
    results = made_up(a=1.0, b=0.8)
    results.entries[-1] = {"error": "made up"}  # b at strength 90 of the last pair
    comparison = compare(results, "a", "b")
    assert comparison.matched["patches"].mean == pytest.approx(-20, abs=1e-6)
    assert (comparison.equal["patches"][90.0].count, comparison.equal["patches"][10.0].count) == (4, 5)
    assert comparison.artefacts["dots"].count == 5
    assert results.mean("painted", "b", 90.0)[1] == 4
    assert results.failures() == ["b 90  c4 x s4: made up"]


def test_a_pair_without_its_style_has_no_similarity_and_is_left_out():
    results = made_up(a=1.0)
    results.entries[1] = {"error": "made up"}  # the style itself of the first pair
    assert results.mean("painted", "a", 10.0)[1] == 4


def test_interpolation_is_linear_in_the_logarithm_and_in_any_order():
    rising = ([0.2, 0.8], [1.0, math.e])
    shuffled = ([0.8, 0.2, 0.5], [2 * math.e, 2.0, 2 * math.exp(0.5)])
    assert matched_difference(rising, shuffled) == pytest.approx(math.log(2))
    assert matched_difference(shuffled, rising) == pytest.approx(-math.log(2))


def test_frontiers_without_overlap_cannot_be_compared():
    assert math.isnan(matched_difference(([0.1, 0.3], [1, 1]), ([0.4, 0.6], [1, 1])))
    assert math.isnan(matched_difference(([0.5], [1]), ([0.5], [1])))


def test_the_interval_is_that_of_the_mean():
    sample = np.random.default_rng(1).normal(3, 2, 400)
    found = bootstrap(list(sample))
    error = sample.std() / 20
    assert found.mean == pytest.approx(sample.mean())
    assert found.low == pytest.approx(sample.mean() - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(sample.mean() + 1.96 * error, abs=0.15 * error)
    assert bootstrap(list(sample)) == found


def test_what_is_missing_is_left_out_of_the_mean():
    assert bootstrap([1.0, math.nan, 3.0]).mean == 2
    nothing = bootstrap([math.nan])
    assert nothing.count == 0
    assert nothing.to_json(True)["mean"] is None


def test_verdicts_follow_the_direction():
    assert Estimate(0.2, 0.1, 0.3, 9).verdict(lower_is_better=True) == "worse"
    assert Estimate(0.2, 0.1, 0.3, 9).verdict(lower_is_better=False) == "better"
    assert Estimate(0.2, -0.1, 0.3, 9).verdict(lower_is_better=False) == "equal"
    assert Estimate(0.2, 0.1, 0.3, 3).verdict(lower_is_better=False) == "too few"


def test_checks_name_those_over_the_limit_worst_first():
    results = made_up(a=1.0)
    values = dict.fromkeys(MEASURES, 0.0)
    for number, dots in ((2, 0.5), (3, 0.1), (4, 0.9)):
        results.entries[number] = {"measures": values | {"dots": dots}, "seconds": 0.0}
    found = next(one for one in check(results, "a") if one.name == "dots")
    assert found.offenders == ["c0 x s0 90 (0.9)", "c0 x s0 10 (0.5)"]
    assert found.of == 15
