"""Which picture of one set is compared with which of another: those of the same content and styles."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.blind.form import rows_of, shown_some
from benchmarks.quality.pairs import SUFFIXES
from scumble.errors import RecordError, UsageError
from scumble.record import Record, read_record
from scumble.runs.again import find_source

Inputs = tuple[str, ...]
"""The digests of a content and its styles."""


@dataclass(frozen=True)
class Match:
    """Two pictures of the same content and styles, by their files."""

    content: Path
    styles: tuple[Path, ...]
    a: Path
    b: Path

    @property
    def name(self) -> str:
        """Content and styles, as in `coffee x woodcut`."""
        return " x ".join(path.stem for path in (self.content, *self.styles))


def recorded_matches(a: str, b: str, folders: Sequence[Path]) -> tuple[list[Match], list[str]]:
    """Return the pictures to compare by what their records say, and those that have no counterpart.

    Args:
        a: a folder, or what `pictures_of` takes.
        b: the other.
        folders: where contents and styles are.

    Raises:
        UsageError: nothing to compare, two pictures of the same content and styles in a set, or inputs not found.
        RecordError: a picture without a record.
    """
    ours, theirs = recorded(a), recorded(b)
    both = ours.keys() & theirs.keys()
    matches = []
    for inputs in sorted(both):
        path, record = ours[inputs]
        content, *styles = (find_source(source, folders) for source in (record.content, *record.styles))
        matches.append(Match(content, tuple(styles), path, theirs[inputs][0]))
    return matches, [str(one[inputs][0]) for one in (ours, theirs) for inputs in sorted(one.keys() - both)]


def recorded(given: str) -> dict[Inputs, tuple[Path, Record]]:
    """Return the pictures of a set with their records, by what they were painted from."""
    found: dict[Inputs, tuple[Path, Record]] = {}
    for path in pictures_of(given):
        try:
            record = read_record(path)
        except RecordError as error:
            error.hint = "--pairs FILE is a table of content and style for pictures without records"
            raise
        inputs = (record.content.sha256, *(style.sha256 for style in record.styles))
        if inputs in found:
            raise UsageError(
                f"{found[inputs][0].name} and {path.name} of {given!r} have the same content and styles; "
                "a set has one picture of each pair"
            )
        found[inputs] = path, record
    return found


def pictures_of(given: str) -> list[Path]:
    """Return the pictures of a set.

    Args:
        given: a folder of pictures; or one that `benchmarks.quality` wrote, then `:SETTING` and `:STRENGTH` where
            it has several.

    Raises:
        UsageError: there is no such folder, it holds no pictures, or more than one of each pair.
    """
    for cut in range(3):
        folder, *chosen = given.rsplit(":", cut)
        if Path(folder).is_dir():
            break
    else:
        raise UsageError(f"there is no folder {given!r}", "A and B are folders of pictures")
    if (Path(folder) / "quality.json").is_file():
        return painted_in(Path(folder), chosen)
    if chosen:
        raise UsageError(f"{folder!r} holds no quality.json, so {given!r} chooses nothing")
    found = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise UsageError(f"there are no pictures in {folder!r}", "A and B are folders of pictures")
    return found


def painted_in(folder: Path, chosen: Sequence[str]) -> list[Path]:
    """Return what `benchmarks.quality` painted of one setting at one strength."""
    told = json.loads((folder / "quality.json").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], list[Path]] = {}
    for entry in told["pictures"]:
        of = (entry["setting"], f"{entry['strength']:g}")
        if entry["kind"] == "painted" and "picture" in entry and of[: len(chosen)] == tuple(chosen):
            found.setdefault(of, []).append(folder / "pictures" / entry["picture"])
    if len(found) != 1:
        settings = ", ".join(setting["name"] for setting in told["settings"])
        strengths = ", ".join(f"{strength:g}" for strength in told["strengths"])
        raise UsageError(
            f"{':'.join([str(folder), *chosen])!r} is not one set; settings: {settings}; strengths: {strengths}",
            f"write {folder}:SETTING:STRENGTH",
        )
    return next(iter(found.values()))


def tabled_matches(a: str, b: str, table: Path) -> tuple[list[Match], list[str]]:
    """Return the pictures to compare by a table, whatever made them, and those that have no counterpart.

    Args:
        a: a folder, or what `pictures_of` takes.
        b: the other; pictures to compare have the same name.
        table: CSV with columns `picture`, the name, `content` and `style`, files as seen from the table's folder.

    Raises:
        UsageError: nothing to compare, a picture that is not in the table, or no such content or style.
    """
    head, *rows = rows_of(table)
    if head != ["picture", "content", "style"] or any(len(row) != 3 for row in rows):
        raise UsageError(f"{str(table)!r} has other columns; allowed are picture,content,style")
    inputs = {picture: (table.parent / content, table.parent / style) for picture, content, style in rows}
    ours, theirs = ({path.name: path for path in pictures_of(one)} for one in (a, b))
    both = sorted(ours.keys() & theirs.keys())
    unknown = [name for name in both if name not in inputs]
    if unknown:
        raise UsageError(f"{str(table)!r} has no row for {shown_some(unknown)}; each picture has one")
    for path in (path for name in both for path in inputs[name]):
        if not path.is_file():
            raise UsageError(f"{str(table)!r} names {str(path)!r}, which is no file")
    matches = [Match(inputs[name][0], (inputs[name][1],), ours[name], theirs[name]) for name in both]
    return matches, [str(one[name]) for one in (ours, theirs) for name in sorted(one.keys() - set(both))]
