"""What a batch is given on the command line: pictures, lists and names on stdin become rows."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from scumble.batching.manifest import Manifest, is_manifest
from scumble.batching.rows import By, Combined, Row
from scumble.batching.sources import Found, Left, find, named
from scumble.cli.output import STDIN
from scumble.errors import UsageError
from scumble.image.sniff import HEAD, require_readable
from scumble.options import Options
from scumble.paths import as_path

T = TypeVar("T")


@dataclass(frozen=True)
class Given:
    """Contents and styles as they were given.

    Args:
        contents: files, folders, patterns, lists, or - for names on stdin.
        styles: files, folders and patterns.
        recursive: whether to enter folders within folders.
        by: how they are combined.
        spared: the folder of the results.
        options: of all.
        left: what was left out, once it was looked for.
    """

    contents: Sequence[str]
    styles: Sequence[str]
    recursive: bool
    by: By
    spared: str
    options: Options
    left: list[Left] = field(default_factory=list)

    def rows(self) -> Iterable[Row]:
        """Return all rows, to be gone through as often as need be.

        Raises:
            UsageError: no pictures, no style, or a pair that is none.
            ImageError: a style that is named and no picture, or a file that is not there.
        """
        lists = [name for name in self.contents if is_manifest(name)]
        others = [name for name in self.contents if name not in lists]
        styles = self.found_styles()
        if lists and self.by == "pair":
            raise UsageError("--pair was given with a list, whose rows are pairs", "leave it out")
        parts: list[Iterable[Row]] = [
            Manifest(as_path(name), styles, self.options, mix=self.by == "mix") for name in lists
        ]
        if others:
            if not styles:
                raise UsageError("no style was given; at least one is needed", "--style painting.jpg")
            contents = once(self.found(others), self.by)
            if not contents:
                raise UsageError(
                    f"there is no picture in {', '.join(map(repr, others))}", "--recursive, perhaps"
                )
            parts.append(Combined(contents, styles, self.options, self.by))
        return parts[0] if len(parts) == 1 else Chained(parts)

    def notes(self) -> list[str]:
        """Return in words what was left out, alike things together."""
        by_reason: dict[str, list[str]] = {}
        for one in self.left:
            by_reason.setdefault(one.why, []).append(one.path)
        return [
            f"{paths[0]!r} {why}" + (f", and {len(paths) - 1} more" if paths[1:] else "")
            for why, paths in by_reason.items()
        ]

    def found_styles(self) -> list[str]:
        """Return the styles; one that is named is looked at, for all pictures would want it."""
        for name in self.styles:
            path = as_path(name)
            if path.is_file():
                with path.open("rb") as file:
                    require_readable(file.read(HEAD), path.name)
        found = find(self.styles, recursive=self.recursive)
        return once((one.path for one in found if isinstance(one, Found)), self.by)

    def found(self, names: Sequence[str]) -> Iterator[Found]:
        """Yield the contents."""
        for name in names:
            if name == STDIN:
                yield from named(names_on_stdin())
                continue
            for one in find([name], recursive=self.recursive, spared=self.spared):
                if isinstance(one, Found):
                    yield one
                else:
                    self.left.append(one)


def once(found: Iterable[T], by: By) -> list[T]:
    """Return what is found, of alike ones the first: a folder and a pattern may mean the same; pairs are as given."""
    return list(found) if by == "pair" else list(dict.fromkeys(found))


@dataclass(frozen=True)
class Chained:
    """Rows after other rows."""

    parts: Sequence[Iterable[Row]]

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self.parts)


def names_on_stdin() -> list[str]:
    """Return the names of files that stdin holds: one a line, or ended by zero bytes, as by `find -print0`.

    Raises:
        UsageError: stdin is a terminal, or cannot be read.
    """
    if sys.stdin.isatty():
        raise UsageError(
            "- reads names of pictures from stdin, which is a terminal", "find photos | scumble batch - ..."
        )
    try:
        data = sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"stdin cannot be read: {error.strerror or error}") from error
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [os.fsdecode(part) for part in parts if part]
