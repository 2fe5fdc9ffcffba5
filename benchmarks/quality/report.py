"""Everything that a run says: the text for people, the JSON for programs."""

import os
import platform
from datetime import UTC, datetime
from typing import Any

from benchmarks.quality.checks import check
from benchmarks.quality.comparison import Comparison, compare
from benchmarks.quality.jobs import measures_version, painting_version
from benchmarks.quality.results import Results
from benchmarks.quality.settings import Setting
from benchmarks.quality.tables import (
    checks_table,
    comparison_tables,
    frontier_table,
    identity_lines,
    lower_is_better,
)
from scumble.backbones.cache import weights_sha256
from scumble.measures import MEASURES
from scumble.runs.run import versions


def comparisons(results: Results) -> list[Comparison]:
    """Return each further setting against the first."""
    return [compare(results, results.settings[0], setting) for setting in results.settings[1:]]


def text(results: Results, settings: list[Setting]) -> str:
    """Return the whole report as Markdown."""
    checks = [one for setting in results.settings for one in check(results, setting)]
    told = [f"- {one.name}: {options_told(one)}" for one in settings]
    parts = [
        "# Picture quality",
        f"{len(results.pairs)} pairs, means over them; v: lower is better, ^: higher is better.",
        "\n".join(told),
        frontier_table(results),
        "Identity, content painted in its own style at strength 50, mean absolute error in levels:",
        identity_lines(results),
        *(comparison_tables(one) for one in comparisons(results)),
        "## Checks",
        checks_table(checks),
    ]
    failures = results.failures()
    if failures:
        parts += ["## Failed", "\n".join(f"- {failure}" for failure in failures)]
    return "\n\n".join(parts) + "\n"


def options_told(setting: Setting) -> str:
    """Return what a setting asks for, as it would be written."""
    given = {name: value for name, value in setting.options.given.items() if name != "weight"}
    told = [f"{name}={value}" for name, value in given.items()]
    told += [f"weight.{name}={value}" for name, value in setting.options.given.get("weight", {}).items()]
    return " ".join(told)


def as_json(results: Results, settings: list[Setting]) -> dict[str, Any]:
    """Return everything: machine, versions, settings, each picture's measures, comparisons and checks."""
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": versions() | {"painting": painting_version(), "measures": measures_version()},
        "settings": [setting_json(one) for one in settings],
        "strengths": results.strengths,
        "measures": {
            name: {"kind": one.kind, "better": "lower" if one.lower_is_better else "higher"}
            for name, one in MEASURES.items()
        },
        "pictures": [
            {
                "kind": job.kind, "setting": job.setting, "strength": job.options.strength,
                "content": job.pair.content.name, "style": job.pair.style.name, **entry,
            }
            for job, entry in zip(results.jobs, results.entries, strict=True)
        ],
        "comparisons": [comparison_json(one) for one in comparisons(results)],
        "checks": [vars(one) for setting in results.settings for one in check(results, setting)],
    }  # fmt: skip


def setting_json(setting: Setting) -> dict[str, Any]:
    """Return a setting with all its options and the digest of its network."""
    return {
        "name": setting.name,
        "options": setting.options.model_dump(mode="json", exclude={"strength"}),
        "weights_sha256": weights_sha256(setting.options.backbone),
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison with its verdicts."""
    return {
        "reference": comparison.reference,
        "setting": comparison.setting,
        "matched_per_cent": {n: e.to_json(lower_is_better(n)) for n, e in comparison.matched.items()},
        "artefacts": {n: e.to_json(lower_is_better(n)) for n, e in comparison.artefacts.items()},
        "equal_strength": {
            n: {f"{s:g}": e.to_json(lower_is_better(n)) for s, e in row.items()}
            for n, row in comparison.equal.items()
        },
    }
