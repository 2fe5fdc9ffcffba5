"""Each setting against the first: at the same content similarity, and at the same strength."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.quality.frontier import matched_difference, per_cent
from benchmarks.quality.pairs import Pair
from benchmarks.quality.results import Results
from benchmarks.quality.statistics import Estimate, bootstrap
from scumble.measures import MEASURES, names_of

AGAINST = {"strokes": "afar"}
"""What a style measure is compared at if not at `similarity`: a painting keeps its content from afar."""


@dataclass(frozen=True)
class Comparison:
    """A setting against the reference.

    Args:
        reference: its name.
        setting: the other's.
        matched: style measures, change in per cent at matched content similarity; see `AGAINST`.
        artefacts: their differences, each pair's mean over strengths.
        equal: differences of all measures at each strength, by measure and strength.
    """

    reference: str
    setting: str
    matched: dict[str, Estimate]
    artefacts: dict[str, Estimate]
    equal: dict[str, dict[float, Estimate]]


def compare(results: Results, reference: str, setting: str) -> Comparison:
    """Return all differences of a setting from the reference, paired over contents and styles."""
    matched = {
        name: in_per_cent(
            bootstrap([matched_at(results, pair, name, reference, setting) for pair in results.pairs])
        )
        for name in names_of("style")
    }
    names = [*MEASURES, "similarity"]
    differences = {
        name: {
            s: [difference(results, pair, name, s, reference, setting) for pair in results.pairs]
            for s in results.strengths
        }
        for name in names
    }
    artefacts = {
        name: bootstrap([mean(values) for values in zip(*differences[name].values(), strict=True)])
        for name in names_of("artefact")
    }
    equal = {
        name: {s: bootstrap(values) for s, values in by_strength.items()}
        for name, by_strength in differences.items()
    }
    return Comparison(reference, setting, matched, artefacts, equal)


def mean(values: Sequence[float]) -> float:
    """Return the mean of what is there; nan where nothing is."""
    there = [value for value in values if value == value]
    return sum(there) / len(there) if there else float("nan")


def matched_at(results: Results, pair: Pair, name: str, reference: str, setting: str) -> float:
    """Return the difference of logarithms of a style measure for one pair; nan where there is none."""
    curves = []
    for one in (reference, setting):
        rows = results.frontier(pair, one)
        if not rows:
            return float("nan")
        axis = AGAINST.get(name, "similarity")
        curves.append(([row[axis] for row in rows], [row[name] for row in rows]))
    return matched_difference(curves[0], curves[1])


def difference(
    results: Results, pair: Pair, name: str, strength: float, reference: str, setting: str
) -> float:
    """Return the difference of a measure for one pair at one strength; nan where a picture failed."""
    rows = [results.row("painted", pair, one, strength) for one in (reference, setting)]
    if rows[0] is None or rows[1] is None:
        return float("nan")
    return rows[1][name] - rows[0][name]


def in_per_cent(logarithms: Estimate) -> Estimate:
    """Return an estimate of logarithms in per cent."""
    return Estimate(
        per_cent(logarithms.mean), per_cent(logarithms.low), per_cent(logarithms.high), logarithms.count
    )
