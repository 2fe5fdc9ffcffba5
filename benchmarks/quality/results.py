"""What was measured, looked up by setting, strength and pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from benchmarks.quality.frontier import similarity
from benchmarks.quality.jobs import Job, Kind
from benchmarks.quality.painting import Entry
from benchmarks.quality.pairs import Pair
from scumble.measures import MEASURES

Row = dict[str, float]


@dataclass(frozen=True)
class Results:
    """All jobs with what came of them, in the same order."""

    pairs: list[Pair]
    settings: list[str]
    strengths: list[float]
    jobs: list[Job]
    entries: list[Entry]

    @cached_property
    def table(self) -> dict[tuple[Kind, str, Pair, float | None], Entry]:
        """From kind, setting, pair and strength of a picture to what is known of it."""
        return {
            (job.kind, job.setting, job.pair, job.options.strength if job.kind == "painted" else None): entry
            for job, entry in zip(self.jobs, self.entries, strict=True)
        }

    def entry(self, kind: Kind, pair: Pair, setting: str = "", strength: float | None = None) -> Entry:
        """Return what is known of one picture; `error` where there is none."""
        return self.table.get((kind, setting, pair, strength), {"error": "not asked for"})

    def row(self, kind: Kind, pair: Pair, setting: str = "", strength: float | None = None) -> Row | None:
        """Return the measures of one picture, with its `similarity` to the content; None where it failed."""
        entry, unrelated = self.entry(kind, pair, setting, strength), self.entry("style", pair)
        if "error" in entry or "error" in unrelated:
            return None
        row: Row = entry["measures"]
        return row | {"similarity": similarity(row, unrelated["measures"])}

    def mean(self, kind: Kind, setting: str = "", strength: float | None = None) -> tuple[Row, int]:
        """Return the mean of each measure over all pairs that did not fail, and how many they are."""
        rows = [row for pair in self.pairs if (row := self.row(kind, pair, setting, strength))]
        names = ["similarity", *MEASURES]
        return {name: float(np.mean([row[name] for row in rows])) for name in names if rows}, len(rows)

    def frontier(self, pair: Pair, setting: str) -> Sequence[Row]:
        """Return the measures of a pair at all strengths that did not fail."""
        return [row for s in self.strengths if (row := self.row("painted", pair, setting, s))]

    def identity_errors(self, setting: str) -> dict[str, float]:
        """Return the mean absolute error of each content painted in its own style, in levels, by its name."""
        return {
            job.pair.content.stem: entry["measures"]["error"]
            for job, entry in zip(self.jobs, self.entries, strict=True)
            if job.kind == "identity" and job.setting == setting and "error" not in entry
        }

    def failures(self) -> list[str]:
        """Return what did not succeed, and why."""
        return [
            f"{job.label}: {entry['error']}"
            for job, entry in zip(self.jobs, self.entries, strict=True)
            if "error" in entry
        ]
