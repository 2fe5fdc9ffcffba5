"""What a decoder needs of a file, sifted from all that lies beside it, within a budget fixed before it begins."""

from collections.abc import Callable
from dataclasses import dataclass

TURNED = "turned as its EXIF orientation says"
SEVERAL = "first of several frames"
NO_PROFILE = "color profile damaged or too long, ignored"

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
