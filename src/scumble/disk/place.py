"""Where a name leads, whether or not there is anything yet, so that two names of one place are told to be one."""

import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scumble.disk import system
from scumble.errors import UsageError

MOST_LINKS = 40  # as Linux follows


@dataclass(frozen=True)
class Place:
    """A name in a folder: the folder by its own identity, and the names from there.

    Args:
        folder: device and inode of the last folder on the way that there is.
        names: from there; upper and lower case, and two ways of writing é, are one name, as to some file systems.
    """

    folder: tuple[int, int]
    names: tuple[str, ...]

    def holds(self, other: "Place") -> bool:
        """Return whether another place is this one, or lies in it."""
        return self.folder == other.folder and self.names == other.names[: len(self.names)]


def place_of(path: Path) -> Place:
    """Return the place of a path; of a link the link's own, not where it leads."""
    path = plain(path)
    folder, names = path.parent, [path.name]
    while (found := _there(folder)) is None and folder != folder.parent:
        names.insert(0, folder.name)
        folder = folder.parent
    identity = (found.st_dev, found.st_ino) if found else (0, 0)
    return Place(identity, tuple(unicodedata.normalize("NFC", name).casefold() for name in names))


def plain(path: Path) -> Path:
    """Return an absolute path without `..` behind folders that are not there: once made, they are no links."""
    path = path.absolute()
    there = next(folder for folder in (path, *path.parents) if folder == folder.parent or _there(folder))
    rest = os.path.normpath(path.relative_to(there))
    return plain(there.resolve() / rest) if rest.startswith("..") else there / rest


def _there(path: Path) -> os.stat_result | None:
    """Return what a path leads to, or None."""
    try:
        return system.stat(path)
    except (OSError, ValueError):
        return None


def places_of(path: Path) -> Iterator[Place]:
    """Yield the place of a path, and of each link on its way to a file."""
    for _ in range(MOST_LINKS):
        yield place_of(path)
        try:
            path = path.parent / os.readlink(path)  # noqa: PTH115 (as it is written)
        except (OSError, ValueError):
            return


def identity_of(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file that a path leads to, or None where there is none."""
    found = _there(path)
    return None if found is None else (found.st_dev, found.st_ino)


def state_of(path: Path) -> tuple[int, ...] | None:
    """Return what tells a file as it is now from any other, and from itself once it is changed; None without one."""
    found = _there(path)
    return None if found is None else (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def status(path: Path) -> os.stat_result | None:
    """Return what is at a path, a link itself rather than where it leads, or None.

    Raises:
        UsageError: there can be nothing at such a path.
    """
    try:
        return system.lstat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"the output {str(path)!r} cannot be written: {why}") from error


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at a path, not only a link to one.

    Raises:
        UsageError: as `status`.
    """
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def check_folder(path: Path) -> None:
    """Raise `UsageError` unless there is a folder for a file, and it may be written to."""
    if status(path.parent / ".") is None:
        unknown = str(path).startswith("~")
        hint = (
            "whose home that is, is not known here; give a path" if unknown else f"mkdir -p '{path.parent}'"
        )
        raise UsageError(f"there is no folder {str(path.parent)!r} to write to", hint)
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {str(path.parent)!r} may not be written to", "choose another folder")
