"""Style distance at the same content similarity: what is left when nobody may buy style with content."""

from collections.abc import Mapping, Sequence

import numpy as np

NEAR = ("structure", "edges", "layout")
"""The content measures whose mean is `similarity`."""
LEVELS = 5
SMALLEST = 1e-6  # before the logarithm; the style itself has a distance of 0


def similarity(measures: Mapping[str, float], unrelated: Mapping[str, float]) -> float:
    r"""Return the content similarity close up as one number, the mean of measures made comparable.

    .. math:: \frac13 \sum_m \frac{m(x) - m(s)}{1 - m(s)}

    with :math:`m(s)` what the style itself has, a picture that owes the content nothing; so 1 is the content itself
    and 0 a picture unrelated to it.

    Example:
        >>> same = {"structure": 1.0, "edges": 1.0, "layout": 1.0}
        >>> similarity(same, {"structure": 0.1, "edges": 0.5, "layout": 0.0})
        1.0
    """
    return sum((measures[m] - unrelated[m]) / max(1 - unrelated[m], 1e-3) for m in NEAR) / len(NEAR)


def along(similarities: Sequence[float], distances: Sequence[float], levels: np.ndarray) -> np.ndarray:
    """Return the logarithm of a style distance at each content similarity, linear between a pair's strengths.

    Args:
        similarities: one of each strength, in any order.
        distances: the style distances there.
        levels: where it is asked for, within the range of `similarities`.
    """
    order = np.argsort(similarities)
    logs = np.log(np.maximum(np.asarray(distances, dtype=float), SMALLEST))
    result: np.ndarray = np.interp(levels, np.asarray(similarities)[order], logs[order])
    return result


def matched_difference(
    reference: tuple[Sequence[float], Sequence[float]], other: tuple[Sequence[float], Sequence[float]]
) -> float:
    r"""Return how much farther from the style one setting is for one pair, in logarithms; nan without overlap.

    .. math:: \frac1L \sum_{l=1}^{L} \log d_{\text{other}}(q_l) - \log d_{\text{reference}}(q_l)

    at :math:`L = 5` similarities :math:`q_l`, evenly spaced over what both frontiers reach.

    Args:
        reference: similarities and style distances at all strengths.
        other: the same of the setting that is compared with it.

    Example:
        >>> matched_difference(([0.2, 0.8], [1.0, 2.0]), ([0.2, 0.8], [1.0, 2.0]))
        0.0
    """
    low = max(min(reference[0]), min(other[0]))
    high = min(max(reference[0]), max(other[0]))
    if not low < high:
        return float("nan")
    levels = np.linspace(low, high, LEVELS)
    return float((along(*other, levels) - along(*reference, levels)).mean())


def per_cent(logarithm: float) -> float:
    """Return the change in per cent that a difference of logarithms is.

    Example:
        >>> round(per_cent(-0.2231), 1)
        -20.0
    """
    return float(100 * np.expm1(logarithm))
