"""What the judges' answers say of A and B."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import NormalDist
from typing import Any

from benchmarks.blind.form import QUESTIONS, Answers
from benchmarks.blind.key import Key, Sheet
from benchmarks.quality.statistics import CONFIDENCE
from benchmarks.quality.tables import markdown
from scumble.errors import several


@dataclass(frozen=True)
class Count:
    """On how many sheets A, B or neither was chosen."""

    a: int
    b: int
    same: int

    @property
    def decided(self) -> int:
        """On how many it was one of them."""
        return self.a + self.b

    def to_json(self) -> dict[str, Any]:
        """Return counts, the share of A among those decided with its interval, None where there are none, and p."""
        share: dict[str, float | None] = {"share": None, "low": None, "high": None}
        if self.decided:
            low, high = wilson(self.a, self.decided)
            share = {"share": self.a / self.decided, "low": low, "high": high}
        return asdict(self) | share | {"p": sign_test(self.a, self.b)}


def wilson(chosen: int, of: int) -> tuple[float, float]:
    """Return the interval that a share is in with 95 % confidence.

    Args:
        chosen: how often.
        of: how often it could have been; 1 or more.

    Example:
        >>> [round(bound, 3) for bound in wilson(8, 10)]
        [0.49, 0.943]

    Reference:
        Wilson: Probable Inference, the Law of Succession, and Statistical Inference (1927).
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share = chosen / of
    middle = share + z**2 / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    low, high = ((middle + sign * spread) / (1 + z**2 / of) for sign in (-1, 1))
    return max(0.0, low), min(1.0, high)


def sign_test(a: int, b: int) -> float:
    """Return how probable it is that coins decide at least as one-sidedly, exactly; 1 where nothing was decided.

    Example:
        >>> sign_test(8, 2)
        0.109375
    """
    tail = sum(math.comb(a + b, number) for number in range(min(a, b) + 1))
    return min(1.0, float(Fraction(2 * tail, 2 ** (a + b))))


def verdict(sheet: Sheet, answers: Sequence[str]) -> str:
    """Return what judges say of a sheet: the set that more of them chose, `same` where as many chose each.

    Args:
        sheet: what it shows.
        answers: `left`, `right` or `same`, one of each judge.
    """
    ahead = answers.count("left") - answers.count("right")
    if not ahead:
        return "same"
    return "A" if (ahead > 0) == (sheet.left == "A") else "B"


def tallied(key: Key, forms: Sequence[Answers]) -> dict[str, Count]:
    """Return what was chosen, by question; a sheet counts once, however many judges have seen it."""
    found = {}
    for question in QUESTIONS:
        votes = Counter(
            verdict(sheet, [form[sheet.file][question] for form in forms]) for sheet in key.sheets
        )
        found[question] = Count(votes["A"], votes["B"], votes["same"])
    return found


def tally_text(key: Key, judges: int, counts: dict[str, Count]) -> str:
    """Return the tally as Markdown."""
    rows = []
    for question, count in counts.items():
        told = count.to_json()
        share = ["-", "-"]
        if count.decided:
            share = [f"{100 * told['share']:.0f} %", f"{100 * told['low']:.0f} to {100 * told['high']:.0f} %"]
        rows.append([question, str(count.a), str(count.b), str(count.same), *share, f"{told['p']:.3f}"])
    head = ["question", "A", "B", "same", "share of A", "95 % interval", "p"]
    alone = [f"{several(len(key.alone), 'picture')} had no counterpart."] if key.alone else []
    about = f"{several(len(key.sheets), 'sheet')}, {several(judges, 'judge')}. "
    lines = [about + "Shares are of those decided; p is that of an exact sign test, two-sided.", *alone]
    sets = [f"- {side}: {given}" for side, given in key.sets.items()]
    return "\n\n".join(["\n".join(sets), " ".join(lines), markdown(head, rows)])


def tally_json(key: Key, judges: int, counts: dict[str, Count]) -> dict[str, Any]:
    """Return the tally for programs."""
    return {
        "sets": key.sets, "sheets": len(key.sheets), "judges": judges, "alone": key.alone, "confidence": CONFIDENCE,
        "questions": {question: count.to_json() for question, count in counts.items()},
    }  # fmt: skip
