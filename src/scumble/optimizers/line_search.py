"""The strong Wolfe line search: how far to go along a direction."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from scumble.optimizers.base import Evaluation

ENOUGH_DECREASE = 1e-4  # c1 and c2 of Nocedal and Wright, as everybody uses them for quasi-Newton directions
ENOUGH_FLATTENING = 0.9


@dataclass(frozen=True)
class Point:
    """A place on the line: `length` along the direction, the objective's value and its slope there."""

    length: float
    value: float
    slope: float
    image: Tensor
    evaluation: Evaluation

    @property
    def finite(self) -> bool:
        return math.isfinite(self.value) and math.isfinite(self.slope)


def strong_wolfe(
    at: Callable[[float], Point], origin: Point, length: float, most: int = 10
) -> tuple[Point, int]:
    """Return a point with a lower value and a flatter slope, and how many evaluations it took.

    Args:
        at: evaluates the line at a length.
        origin: the point at length 0, with a negative slope.
        length: the first to try, above 0.
        most: evaluations at most; the best point so far is returned then, `origin` itself if none is lower.

    Reference:
        Nocedal, Wright: Numerical Optimization (2006), algorithms 3.5 and 3.6.
    """
    low, high, best = origin, None, origin
    for used in range(1, most + 1):
        point = at(length)
        if point.finite and point.value < best.value:
            best = point
        limit = origin.value + ENOUGH_DECREASE * length * origin.slope
        if not point.finite or point.value > limit or (low is not origin and point.value >= low.value):
            high = point  # too far
        elif abs(point.slope) <= -ENOUGH_FLATTENING * origin.slope:
            return point, used
        else:
            if point.slope * ((math.inf if high is None else high.length) - low.length) >= 0:
                high = low  # the minimum lies between the last two
            low = point
        if high is None:
            length = 2 * length
            continue
        length = between(low, high)
        if abs(high.length - low.length) * abs(origin.slope) < 1e-7 * abs(origin.value):
            break  # float32 cannot tell these apart
    return best, used


def between(low: Point, high: Point) -> float:
    """Return the minimum of the cubic through both ends, kept away from them; the middle if there is none."""
    middle, span = (low.length + high.length) / 2, high.length - low.length
    if not high.finite:
        return low.length + span / 10  # fell off the edge of what floats can hold: come back quickly
    d1 = low.slope + high.slope - 3 * (low.value - high.value) / (low.length - high.length)
    square = d1 * d1 - low.slope * high.slope
    if square < 0:
        return middle
    d2 = math.copysign(math.sqrt(square), span)
    denominator = high.slope - low.slope + 2 * d2
    if denominator == 0:
        return middle
    cubic = high.length - span * (high.slope + d2 - d1) / denominator
    nearest, farthest = sorted((low.length + 0.1 * span, high.length - 0.1 * span))
    return min(max(cubic, nearest), farthest) if math.isfinite(cubic) else middle
