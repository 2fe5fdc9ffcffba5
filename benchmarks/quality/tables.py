"""The results as Markdown."""

from collections.abc import Sequence

from benchmarks.quality.checks import Check
from benchmarks.quality.comparison import Comparison
from benchmarks.quality.jobs import Kind
from benchmarks.quality.results import Results, Row
from benchmarks.quality.statistics import Estimate
from scumble.measures import MEASURES

COLUMNS = ["similarity", *MEASURES]
SANITY: dict[Kind, str] = {"content": "content itself", "style": "style itself", "colors": "colors alone"}


def lower_is_better(name: str) -> bool:
    """Return the direction of a column."""
    return name in MEASURES and MEASURES[name].lower_is_better


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with columns of even width: numbers to the right, words to the left.

    Example:
        >>> print(markdown(["a", "b"], [["x", "1.5"]]))
        | a |   b |
        |:--|----:|
        | x | 1.5 |
    """
    columns = []
    for name, *column in zip(head, *rows, strict=True):
        width = max(map(len, (name, *column)))
        number = all(cell[:1] in "+-0123456789" for cell in column)
        rule = "-" * (width + 1) + ":" if number else ":" + "-" * (width + 1)
        cells = [f"{cell:>{width}}" if number else f"{cell:{width}}" for cell in (name, *column)]
        columns.append([rule, *(f" {cell} " for cell in cells)])
    rule_line, head_line, *lines = ["|" + "|".join(line) + "|" for line in zip(*columns, strict=True)]
    return "\n".join([head_line, rule_line, *lines])


def cells(row: Row) -> list[str]:
    """Return the numbers of a row; a dash where there is none."""
    return [f"{row[name]:.4f}" if name in row else "-" for name in COLUMNS]


def frontier_table(results: Results) -> str:
    """Return the means over pairs: each setting at each strength, then the pictures to compare with."""
    arrows = [f"{name} {'v' if lower_is_better(name) else '^'}" for name in COLUMNS]
    rows = []
    for setting in results.settings:
        for strength in results.strengths:
            row, count = results.mean("painted", setting, strength)
            rows.append([setting, f"{strength:g}", str(count), *cells(row)])
    for kind, label in SANITY.items():
        row, count = results.mean(kind)
        rows.append([label, "", str(count), *cells(row)])
    return markdown(["setting", "strength", "pairs", *arrows], rows)


def identity_lines(results: Results) -> str:
    """Return how far from itself a content is that was painted in its own style, for each setting."""
    lines = []
    for setting in results.settings:
        told = [f"{name} {error:.2f}" for name, error in results.identity_errors(setting).items()]
        lines.append(f"- {setting}: {', '.join(told) or 'not measured'}")
    return "\n".join(lines)


def said(estimate: Estimate, name: str, digits: int, unit: str = "") -> str:
    """Return an estimate with its interval and verdict."""
    if not estimate.count:
        return "-"
    numbers = [f"{value:+.{digits}f}" for value in (estimate.mean, estimate.low, estimate.high)]
    return f"{numbers[0]}{unit} [{numbers[1]}, {numbers[2]}] {estimate.verdict(lower_is_better(name))}"


def comparison_tables(comparison: Comparison) -> str:
    """Return what is different between a setting and the reference: three tables."""
    change = [[name, str(one.count), said(one, name, 1, " %")] for name, one in comparison.matched.items()]
    artefacts = [[name, str(one.count), said(one, name, 4)] for name, one in comparison.artefacts.items()]
    strengths = list(next(iter(comparison.equal.values())))
    equal = [[name, *(said(one, name, 4) for one in row.values())] for name, row in comparison.equal.items()]
    return "\n\n".join(
        [
            f"## {comparison.setting} against {comparison.reference}",
            "Style distance at the same similarity, strokes at the same afar (mean, 95 % interval over pairs):",
            markdown(["measure", "pairs", "change"], change),
            "Artefacts, mean over strengths:",
            markdown(["measure", "pairs", "difference"], artefacts),
            "All measures at the same strength:",
            markdown(["measure", *(f"{s:g}" for s in strengths)], equal),
        ]
    )


def checks_table(checks: Sequence[Check], shown: int = 6) -> str:
    """Return how many pictures exceed each limit, with the names of the worst."""
    rows = []
    for one in checks:
        names = ", ".join(one.offenders[:shown])
        more = f", and {len(one.offenders) - shown} more" if len(one.offenders) > shown else ""
        rows.append(
            [one.setting, one.name, f"{one.limit:g}", f"{len(one.offenders)} of {one.of}", names + more]
        )
    return markdown(["setting", "check", "limit", "over", "worst"], rows)
