"""Which writer a file's name asks for."""

import os
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from scumble.errors import OutputError, UnknownName, UsageError
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


def encode(path: Path, frames: Sequence[Image.Image], record: str | None, milliseconds: int) -> bytes:
    """Return the bytes of a picture or a film in the format of a path's suffix.

    Args:
        path: of it only the suffix counts.
        frames: mode RGB or RGBA, of one size; one of them unless the format is animated.
        record: the record's JSON, left out where the format cannot carry it.
        milliseconds: how long each frame of a film is shown.

    Raises:
        UsageError: another number of frames than the format holds.
        OutputError: the format cannot hold such pixels.
    """
    writer = writer_for(path)
    if len(frames) != 1 and not (frames and writer.animated):
        raise UsageError(
            f"{path.suffix} holds 1 frame, {len(frames)} were given", "for a film, use .gif or .webp"
        )
    try:
        return writer.encode(frames, record, milliseconds)
    except Exception as error:  # Pillow raises several kinds, such as ValueError for sides too long
        width, height = frames[0].size
        raise OutputError(f"cannot write {width} x {height} pixels as {path.suffix}: {error}") from error
