"""The command `scumble compare`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from scumble.cli.console import say, tell, tell_json
from scumble.cli.output import Switch, raise_first, tell_saved
from scumble.errors import RecordError
from scumble.saving.on_exists import OnExists

if TYPE_CHECKING:
    from scumble.comparing.compare import Comparison, References
    from scumble.image.files import Picture
    from scumble.record import Record


def compare(
    a: Path,
    b: Path,
    /,
    *,
    content: Path | None = None,
    style: Annotated[list[Path] | None, Parameter(consume_multiple=True)] = None,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    on_exists: OnExists = "error",
    json: Annotated[bool, Switch] = False,
) -> None:
    """Compare two pictures: a sheet of A, B and their difference, and how good each is in numbers.

    Measured are likeness to the style, likeness to the content, and artefacts. Pictures of different sizes are
    measured at the smaller one's.

    Example: scumble compare out.png other.png -o sheet.png

    Parameters
    ----------
    a
        A picture.
    b
        Another.
    content
        The photograph that both were made from; what their records name if not given.
    style
        The painting, or several that count equally; what their records name if not given.
    output
        The sheet: {pictures}. Default: A-and-B.png here.
    on_exists
        What to do if the sheet is there already.
    json
        Print one JSON object.
    """
    from scumble.comparing.compare import compare as compare_pictures
    from scumble.comparing.compare import comparison_sheet, differing
    from scumble.image.files import read_picture
    from scumble.saving.destination import Saved, destination_of

    output = output or Path(f"{a.stem[:100]}-and-{b.stem[:100]}.png")
    pictures = (read_picture(a), read_picture(b))
    records = (record_of(a), record_of(b))
    folders = list(dict.fromkeys((Path(), a.parent, b.parent)))
    against = references(records, folders, content, style or [])
    place = destination_of(output, on_exists, [a, b, content, *(style or []), *files_among(against)])
    found = compare_pictures(*pictures, *against)
    saved = place.save([comparison_sheet(pictures, against, found)]) if place else Saved(output)
    differs = differing(records[0], records[1]) if records[0] and records[1] else {}
    if json:
        tell_json({"output": str(saved.path), **comparison(found, differs)}, indent=2)
        raise_first([saved.problem])
        return
    if pictures[0].rgb.size != pictures[1].rgb.size:
        say(f"note: their sizes differ; both are measured at {found.size[0]} x {found.size[1]}")
    tell(*lines(pictures, found, differs))
    tell_saved(saved)


def files_among(against: "Sequence[References]") -> list[Path]:
    """Return the files that references were read from."""
    pictures = [picture for one in against for picture in (one.content, *one.styles)]
    return [picture.path for picture in pictures if picture is not None and picture.path is not None]


def record_of(path: Path) -> "Record | None":
    """Return the record of a picture; None, and a word, where there is none."""
    from scumble.record import read_record

    try:
        record = read_record(path)
    except RecordError as error:
        say(f"note: {error.message}")
        return None
    if record.stopped:
        say(f"note: {path.name}: its run was stopped after step {record.steps}")
    return record


def references(
    records: "tuple[Record | None, Record | None]",
    folders: Sequence[Path],
    content: Path | None,
    styles: Sequence[Path],
) -> "tuple[References, References]":
    """Return what A and B are measured against: what was given, else what its record names, else the other's."""
    from scumble.comparing.compare import References, find_references
    from scumble.image.files import read_picture

    given: dict[str, Any] = {"content": read_picture(content)} if content else {}
    if styles:
        given |= {"styles": tuple(map(read_picture, styles)), "shares": (1.0,) * len(styles)}
    found, missing = [], dict[str, None]()
    for record in (records[0] or records[1], records[1] or records[0]):
        of_record, problems = find_references(record, folders) if record else (References(), [])
        found.append(replace(of_record, **given))
        missing |= dict.fromkeys(problems)
    if not all(one.content and one.styles for one in found):
        for problem in missing:
            say(f"note: {problem}")
        say("hint: --content PHOTO --style PAINTING adds the measures that need them")
    known = [[one.content, *one.styles] for one in found]
    if len({tuple(picture.sha256 for picture in pictures if picture) for pictures in known}) > 1:
        say("note: they were made from different pictures; each is measured against its own")
    return found[0], found[1]


def lines(
    pictures: "tuple[Picture, Picture]", found: "Comparison", differs: Mapping[str, tuple[Any, Any]]
) -> list[str]:
    """Return the comparison as text: what was asked for otherwise, then the measures, the better one starred."""
    from scumble.measures import MEASURES

    told = [
        f"{letter}  {one.name}, {one.width} x {one.height}"
        for letter, one in zip("AB", pictures, strict=True)
    ]
    asked = [["differs", "A", "B"], *([name, *map(cell, pair)] for name, pair in differs.items())]
    rows = [["measure", "A", "B", "better"]]
    for name in found.measures[0]:
        lower = MEASURES[name].lower_is_better
        values = [round(values[name], 4) for values in found.measures]
        best = min(values) if lower else max(values)
        stars = ["*" if value == best and values[0] != values[1] else "" for value in values]
        cells = [f"{value:.4f}{star}" for value, star in zip(values, stars, strict=True)]
        rows.append([name, *cells, "lower" if lower else "higher"])
    blocks = [told, *([table(asked)] if differs else []), table(rows)]
    return [line for block in blocks for line in (*block, "")] + [
        f"they differ by {found.level:.2f} of 255 levels in the mean"
    ]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of equal length as lines with even columns.

    Example:
        >>> table([["a", "b"], ["long", "c"]])
        ['a     b', 'long  c']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    cells = [[f"{part:{width}}" for part, width in zip(row, widths, strict=True)] for row in rows]
    return ["  ".join(row).rstrip() for row in cells]


def cell(value: Any) -> str:
    """Return a value of a record in a cell."""
    if isinstance(value, Mapping):
        return ",".join(f"{name}={one}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "-" if value is None else str(value)


def comparison(found: "Comparison", differs: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """Return the comparison for programs."""
    from scumble.measures import MEASURES

    a, b = found.measures
    told = {
        name: {
            "kind": MEASURES[name].kind, "better": "lower" if MEASURES[name].lower_is_better else "higher",
            "a": a[name], "b": b[name],
        } for name in a
    }  # fmt: skip
    return {"size": found.size, "difference": found.level, "differs": differs, "measures": told}
