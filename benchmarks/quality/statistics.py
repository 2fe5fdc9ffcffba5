"""Means over pairs with their intervals, and what they say."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

RESAMPLES = 2000
CONFIDENCE = 0.95
ENOUGH = 4  # pairs; resamples of fewer say nothing about others


@dataclass(frozen=True)
class Estimate:
    """A mean difference, the interval it is in with 95 % confidence, and over how many pairs; nan without any."""

    mean: float
    low: float
    high: float
    count: int

    def verdict(self, lower_is_better: bool) -> str:
        """Say `better`, `worse`, or `equal` where the interval holds 0; `too few` below four pairs.

        Example:
            >>> Estimate(-0.2, -0.3, -0.1, 8).verdict(lower_is_better=True)
            'better'
        """
        if self.count < ENOUGH:
            return "too few"
        if self.low <= 0 <= self.high:
            return "equal"
        return "better" if (self.mean < 0) == lower_is_better else "worse"

    def to_json(self, lower_is_better: bool) -> dict[str, Any]:
        """Return all of it and the verdict; what is not a number is None."""
        numbers = {key: None if value != value else value for key, value in asdict(self).items()}
        return numbers | {"verdict": self.verdict(lower_is_better)}


def bootstrap(values: Sequence[float], seed: int = 0) -> Estimate:
    """Return the mean and the interval between the quantiles of means of resamples; nan values are left out.

    Args:
        values: one of each pair.
        seed: of the resamples.

    Example:
        >>> bootstrap([1.0, 1.0, 1.0])
        Estimate(mean=1.0, low=1.0, high=1.0, count=3)

    Reference:
        Efron: Bootstrap Methods: Another Look at the Jackknife (1979).
    """
    sample = np.asarray(values, dtype=float)
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    picks = np.random.default_rng(seed).integers(len(sample), size=(RESAMPLES, len(sample)))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(sample[picks].mean(1), [tail, 1 - tail])
    return Estimate(float(sample.mean()), float(low), float(high), len(sample))
