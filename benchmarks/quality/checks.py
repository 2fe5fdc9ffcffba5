"""Limits that a picture should keep, and which pictures do not."""

from dataclasses import dataclass

from benchmarks.quality.results import Results

# Above what the same measures find between pictures without the fault.
LIMITS = {"dots": 0.15, "clipped": 0.01, "border": 0.25, "speckle": 0.005, "tint": 0.05}
IDENTITY = 2.0  # levels


@dataclass(frozen=True)
class Check:
    """How many pictures of a setting exceed a limit, and which."""

    setting: str
    name: str
    limit: float
    of: int
    offenders: list[str]


def check(results: Results, setting: str) -> list[Check]:
    """Return all checks of a setting; offenders are the worst first."""
    found = []
    for name, limit in LIMITS.items():
        values = [
            (row[name], f"{pair.name} {strength:g}")
            for pair in results.pairs
            for strength in results.strengths
            if (row := results.row("painted", pair, setting, strength))
        ]
        found.append(Check(setting, name, limit, len(values), over(values, limit)))
    errors = [(error, name) for name, error in results.identity_errors(setting).items()]
    found.append(Check(setting, "identity", IDENTITY, len(errors), over(errors, IDENTITY)))
    return found


def over(values: list[tuple[float, str]], limit: float) -> list[str]:
    """Return the names of those at or above a limit with their values, the highest first.

    Example:
        >>> over([(0.1, "a"), (0.3, "b"), (0.2, "c")], 0.2)
        ['b (0.3)', 'c (0.2)']
    """
    return [f"{name} ({value:.3g})" for value, name in sorted(values, reverse=True) if value >= limit]
