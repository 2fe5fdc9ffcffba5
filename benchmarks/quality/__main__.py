"""Paint pairs at several strengths, measure the pictures, compare settings."""

import json
import os
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter, validators

from benchmarks.command import run
from benchmarks.quality.jobs import Job
from benchmarks.quality.painting import make_all
from benchmarks.quality.pairs import Pair, find_pairs
from benchmarks.quality.report import as_json, text
from benchmarks.quality.results import Results
from benchmarks.quality.settings import Setting, parse_settings
from benchmarks.quality.sheets import write_sheets
from scumble.errors import BadOption
from scumble.plugins import load_plugin

IDENTITY_STRENGTH = 50.0

app = App(name="benchmarks.quality", help="Measure the quality of pictures.", help_format="plaintext")


def numbers(written: str) -> list[float]:
    """Return comma-separated strengths, each once.

    Example:
        >>> numbers("10,50")
        [10.0, 50.0]
    """
    try:
        found = list(dict.fromkeys(float(part) for part in written.split(",")))
    except ValueError:
        raise BadOption(f"strengths are {written!r}; write them as 10,50,90") from None
    return found


def plan(
    pairs: list[Pair],
    settings: list[Setting],
    strengths: list[float],
    identities: int,
    plugins: tuple[Path, ...],
) -> list[Job]:
    """Return all pictures to make: those to compare with, the painted ones pair by pair, the identities."""
    first = settings[0].options.replace(threads=1)
    jobs = [Job(kind, pair, "", first, plugins) for pair in pairs for kind in ("content", "style", "colors")]
    jobs += [
        Job("painted", pair, one.name, one.options.replace(strength=strength, threads=1), plugins)
        for pair in pairs
        for one in settings
        for strength in strengths
    ]
    contents = list(dict.fromkeys(pair.content for pair in pairs))[:identities]
    jobs += [
        Job(
            "identity",
            Pair(path, path),
            one.name,
            one.options.replace(strength=IDENTITY_STRENGTH, threads=1),
            plugins,
        )
        for one in settings
        for path in contents
    ]
    return jobs


@app.default
def quality(
    *,
    pairs: Path | None = None,
    setting: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    strengths: str = "10,30,50,70,90",
    size: str = "512",
    plugin: Annotated[tuple[Path, ...], Parameter(negative="")] = (),
    limit: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = None,
    identities: Annotated[int, Parameter(validator=validators.Number(gte=0))] = 2,
    jobs: Annotated[int, Parameter(validator=validators.Number(gte=1))] = 2,
    fresh: Annotated[bool, Parameter(negative="")] = False,
    out: Path = Path("runs/quality"),
) -> None:
    """Paint pairs at several strengths, measure the pictures, and print tables of means and differences.

    Example: python -m benchmarks.quality --limit 4 --setting default --setting "deep: style_layers=relu4_1"

    Args:
        pairs: Folder with content and style; all combinations are painted. Our own examples if not given.
        setting: Name and options, "NAME: option=value option=value"; several are compared with the first.
        strengths: Comma-separated.
        size: Long edge in pixels, where a setting names none.
        plugin: Python file to import first, in each process.
        limit: So many pairs only, each content and style about equally often; 4 is a beginning of 8.
        identities: How many contents are painted in their own style.
        jobs: Processes, of one thread each.
        fresh: Paint again what is there.
        out: Folder for pictures, table.md, quality.json and the sheets.
    """
    for path in plugin:
        load_plugin(path)
    settings = parse_settings(setting, size)
    chosen, values = find_pairs(pairs, limit), numbers(strengths)
    planned = plan(chosen, settings, values, identities, tuple(path.resolve() for path in plugin))
    entries = make_all(planned, out / "pictures", jobs, fresh)
    results = Results(chosen, [one.name for one in settings], values, planned, entries)
    report = text(results, settings)
    print(report)
    (out / "table.md").write_text(report, encoding="utf-8")
    (out / "quality.json").write_text(json.dumps(as_json(results, settings), indent=1), encoding="utf-8")
    for one in settings:
        write_sheets(results, one.name, out / f"sheet-{one.file_name}", out / "pictures")


def main() -> None:
    """Run the command; an error is one line and exit code 1 or more."""
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")  # read when torch starts its threads
    run(app)


if __name__ == "__main__":
    main()
