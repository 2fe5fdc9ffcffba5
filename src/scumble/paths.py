"""The one place that turns given text into a path."""

import os
from pathlib import Path
from urllib.parse import unquote

from scumble.errors import UsageError

MAX_NAME = 200  # bytes of a file name that we make up; file systems take 255, and a number may follow


def as_path(given: str | os.PathLike[str]) -> Path:
    """Return the path that is meant: `~` is the home folder, where it is known, and `file:///...` names a file, too.

    Args:
        given: as a person or another program wrote it; a shell leaves the `~` of `--output=~/x.png` as it is.

    Raises:
        UsageError: nothing, what does not tell its name, what no name of a file may hold, or an address on another
            computer.

    Example:
        >>> as_path("photos/cat.jpg").as_posix(), as_path("file:///tmp/my%20cat.jpg").as_posix()
        ('photos/cat.jpg', '/tmp/my cat.jpg')
    """
    text = _text_of(given)
    if text[:6].lower() == "file:/":
        text = _of_address(text)
    if not text:
        raise UsageError("an empty name was given where a path belongs", "give the name of a file")
    if "\0" in text:
        raise UsageError(f"{text!r} is no path: it holds a zero character")
    try:
        os.fsencode(text)
    except UnicodeError as error:
        raise UsageError(f"{text!r} is no path: it holds what no name of a file may") from error
    path = Path(os.path.expanduser(text))  # noqa: PTH111 (a Path has lost the ./ of ./~, which is no home)
    return path.absolute() if text.startswith("./") and str(path).startswith("~") else path


def _text_of(given: str | os.PathLike[str]) -> str:
    """Return a path as text; what says that it names one may be anybody's."""
    try:
        return os.fsdecode(given)
    except Exception as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise UsageError(f"an object of type {type(given).__name__} names no path: {why}") from error


def _of_address(text: str) -> str:
    """Return the path of a `file:` address; a `Path` made of one has a single slash left."""
    rest = text[len("file:") :]
    host, _, below = rest[2:].partition("/") if rest.startswith("//") else ("", "", rest[1:])
    if host.lower() not in ("", "localhost"):
        raise UsageError(
            f"{text!r} is a file of the computer {host!r}; only files of this one are read and written",
            "copy it here first",
        )
    return "/" + unquote(below, errors="surrogateescape")
