"""The pictures that somebody means by files, folders and patterns, in the order in which people count."""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from typing import NamedTuple

from scumble.errors import ImageError, UsageError
from scumble.image.files import read_picture
from scumble.paths import as_path

SUFFIXES = {
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".dib", ".gif",
    ".heic", ".heif",
}  # fmt: skip
"""Of what is taken from a folder; a file that is named is taken whatever it is called."""


class Found(NamedTuple):
    """A picture, and the folder that it lies in below the one that was given; empty for a file that was."""

    path: str
    folder: str = ""


class Left(NamedTuple):
    """Something that is left out, and why."""

    path: str
    why: str


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return what puts names in the order in which people count.

    Example:
        >>> sorted(["b10.jpg", "B9.jpg", "a.jpg"], key=natural)
        ['a.jpg', 'B9.jpg', 'b10.jpg']
    """
    parts = re.split(r"(\d+)", name.casefold())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def find(given: Sequence[str], *, recursive: bool = False, spared: str = "") -> Iterator[Found | Left]:
    """Yield the pictures that are meant, and what is left out.

    Args:
        given: files, folders, and patterns such as `photos/**/*.jpg`.
        recursive: whether to enter folders within folders.
        spared: a folder whose pictures are none: that of the results.

    Raises:
        ImageError: there is no such file.
        UsageError: a folder is the one of the results.
    """
    search = Search(recursive, spared)
    for name in given:
        path = os.fspath(as_path(name))
        if os.path.isdir(path):
            if search.is_spared(path):
                raise UsageError(
                    f"the pictures would go to {path!r}, where they are taken from, and be taken the next time",
                    "-o ANOTHER-FOLDER",
                )
            yield from search.folder(path, "")
        elif not os.path.lexists(path) and has_magic(path):
            yield from search.pattern(path)
        else:
            if not os.path.lexists(path):
                read_picture(path)  # says what is wrong, and what was probably meant
            yield Found(path)


class Search:
    """Looks through folders, each of them once, whatever links lead to it; arguments as for `find`."""

    def __init__(self, recursive: bool, spared: str) -> None:
        self.recursive = recursive
        self.spared = identity(spared) if spared else None
        self.seen: set[tuple[int, int]] = set()

    def is_spared(self, folder: str) -> bool:
        """Return whether a folder is that of the results."""
        return self.spared is not None and identity(folder) == self.spared

    def folder(self, folder: str, below: str) -> Iterator[Found | Left]:
        """Yield what is in a folder, `below` the one that was given."""
        known = identity(folder)
        if known in self.seen:
            return
        if known:
            self.seen.add(known)
        try:
            names = sorted(os.listdir(folder), key=lambda name: (natural(name), name))
        except OSError as error:
            yield Left(folder, f"cannot be read: {error.strerror}")
            return
        for name in names:
            yield from self.entry(os.path.join(folder, name), name, below)

    def entry(self, path: str, name: str, below: str) -> Iterator[Found | Left]:
        """Yield what an entry of a folder is."""
        if name.startswith("."):
            return
        try:
            mode = os.stat(path).st_mode
        except OSError as error:
            yield Left(path, f"leads nowhere: {error.strerror}")
            return
        if stat.S_ISDIR(mode):
            if self.is_spared(path):
                yield Left(path, "holds the results")
            elif self.recursive:
                yield from self.folder(path, os.path.join(below, name))
            else:
                yield Left(path, "is a folder; --recursive enters it")
        elif not stat.S_ISREG(mode):
            yield Left(path, "is no file")
        elif os.path.splitext(name)[1].lower() not in SUFFIXES:
            yield Left(path, "is not called like a picture")
        else:
            yield Found(path, below)

    def pattern(self, pattern: str) -> Iterator[Found | Left]:
        """Yield what a pattern matches.

        Raises:
            ImageError: nothing.
        """
        root = pattern
        while has_magic(root):
            root = os.path.dirname(root)
        chosen: dict[str, str] = {}  # by what a path leads to: links may lead around
        for path in sorted(glob(pattern, recursive=True), key=lambda name: (name.count(os.sep), name)):
            chosen.setdefault(os.path.realpath(path), path)
        found = False
        for path in sorted(chosen.values(), key=lambda name: (natural(name), name)):
            if not os.path.isdir(path):
                found = True
                parent = os.path.dirname(os.path.relpath(path, root or "."))
                if not self.is_spared(os.path.dirname(path)):
                    yield from self.entry(path, os.path.basename(path), parent)
        if not found:
            raise ImageError(f"no file matches {pattern!r}")


def identity(folder: str) -> tuple[int, int] | None:
    """Return what a folder is, whatever leads to it; None where there is none."""
    try:
        status = os.stat(folder or ".")
    except OSError:
        return None
    return status.st_dev, status.st_ino


def named(names: Sequence[str]) -> Iterator[Found]:
    """Yield pictures that are named one by one, as on stdin or in a list; a relative folder is kept below."""
    for name in names:
        yield Found(name, folder_kept(name))


def folder_kept(name: str) -> str:
    """Return the folder that a picture's result lies in, below that of all results, by its name.

    Example:
        >>> folder_kept("day 1/a.jpg"), folder_kept("/mnt/a.jpg"), folder_kept("../a.jpg"), folder_kept("./a.jpg")
        ('day 1', '', '', '')
    """
    folder = os.path.dirname(os.path.normpath(name))
    return "" if os.path.isabs(folder) or folder.startswith("..") or ":" in folder[:6] else folder
