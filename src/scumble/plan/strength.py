"""The strength dial, 0 to 100: equal steps look about equal."""

import math
from bisect import bisect_right

# Strength, and the decimal logarithm of what content counts against style. Measured on eight pairs at 192 px:
# pictures painted with 15 factors, and how far each is from the next (structure of lightness and OkLab color, in
# equal parts), laid end to end from 0 to 50, where the factor is 1, and on to 100. `benchmarks/dial.py` measures it.
DIAL = ((0, 4.0), (16, 2.5), (19, 1.5), (24, 1.0), (32, 0.6), (40, 0.3), (50, 0.0),
        (59, -0.3), (68, -0.6), (78, -1.0), (88, -1.5))  # fmt: skip
RECOLORED = 16.0  # strength from which on the content has the styles' colors: what comes before strokes


def content_factor(strength: float) -> float:
    """Return what content counts against style: 10,000 at strength 0, 1 at 50, 0 at 100.

    Example:
        >>> content_factor(0), content_factor(24), content_factor(50), content_factor(100)
        (10000.0, 10.0, 1.0, 0.0)
    """
    last, least = DIAL[-1]
    if strength >= last:
        return float(10**least * (100 - strength) / (100 - last))
    after = bisect_right(DIAL, (strength, math.inf))
    (left, more), (right, less) = DIAL[after - 1], DIAL[after]
    return float(10 ** (more + (less - more) * (strength - left) / (right - left)))


def balance(strength: float) -> dict[str, float]:
    """Return what the weights of content and of style losses are multiplied with: one of them is always 1.

    Only ever less: what keeps a picture clean would lose its hold beside a content that counts ten times as much.

    Example:
        >>> balance(24), balance(50), balance(78)
        ({'content': 1.0, 'style': 0.1}, {'content': 1.0, 'style': 1.0}, {'content': 0.1, 'style': 1.0})
    """
    factor = content_factor(strength)
    return {"content": min(1.0, factor), "style": 1 / max(1.0, factor)}


def recolor_amount(recolor: float, strength: float) -> float:
    """Return how far the content is recolored: nothing at strength 0, as asked from `RECOLORED` on."""
    return recolor * min(1.0, strength / RECOLORED)
