"""What a decoder needs of a file, sifted from all that lies beside it, within a budget fixed before it begins."""

from collections.abc import Callable
from dataclasses import dataclass

from scumble.errors import ImageError

TURNED = "turned as its EXIF orientation says"
SEVERAL = "first of several frames"
NO_PROFILE = "color profile damaged or too long, ignored"

SPARE = 1 << 26
"""Bytes that a file may have beside its pixels: metadata, further frames, a film that a phone puts behind."""

Fits = Callable[[str, int, int], None]
"""Raises `ImageError` unless a picture of a name may have a width and a height."""


@dataclass(frozen=True)
class Sifted:
    """A file in which nothing is left that is no pixel and says nothing of how pixels look.

    Args:
        data: the file, for Pillow.
        orientation: as EXIF says, 1 to 8; 1 where Pillow is to find it out.
        notes: what was left out, in words.
    """

    data: bytes
    orientation: int = 1
    notes: tuple[str, ...] = ()


def require_little_behind(name: str, number: int) -> None:
    """Raise `ImageError` where so many bytes behind the end of a picture are more than `SPARE`."""
    if number > SPARE:
        raise ImageError(
            f"{name!r} has {number:,} bytes behind the end of its picture; {SPARE:,} are allowed",
            "save it again with another program",
        )
