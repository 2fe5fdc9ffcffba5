"""Which writer a file's name asks for."""

import os
from collections.abc import Iterable
from pathlib import Path

from scumble.errors import UnknownName
from scumble.outputs.base import Writer, outputs


def writers_by_suffix() -> dict[str, type[Writer]]:
    """Return the writer of each suffix."""
    return {suffix: outputs[name] for name in outputs for suffix in outputs[name].suffixes}


def writer_for(path: str | os.PathLike[str]) -> Writer:
    """Return the writer of the format that a path's suffix names.

    Raises:
        UnknownName: no writer has this suffix.

    Example:
        >>> type(writer_for("painting.JPG")).__name__
        'JpegWriter'
    """
    suffix = Path(path).suffix.lower()
    by_suffix = writers_by_suffix()
    if suffix not in by_suffix:
        raise UnknownName("output suffix", suffix, by_suffix, "the suffix says the format, as in out.png")
    return by_suffix[suffix]()


def film_suffixes() -> list[str]:
    """Return the suffixes of formats that hold a film."""
    return [suffix for suffix, writer in writers_by_suffix().items() if writer.film]


def one_of(suffixes: Iterable[str]) -> str:
    """Return suffixes in words.

    Example:
        >>> one_of([".avif", ".gif", ".png"])
        '.avif, .gif or .png'
    """
    *others, last = suffixes
    return f"{', '.join(others)} or {last}" if others else last
