"""WebP: its size, before its decoder makes room for it."""

from scumble.image.sift import Fits, Sifted

HEAD = 30
"""Bytes, in which the size is."""


def sift_webp(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a WebP as it is.

    Raises:
        ImageError: it is too large.
    """
    fits(name, *size_in(data[:HEAD]))
    return Sifted(data)


def size_in(data: bytes) -> tuple[int, int]:
    """Return the width and height that the first bytes of a file state."""
    kind, head = data[12:16], data[20:HEAD]
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (4, 7))
    elif kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    return width, height


def end_in(data: bytes) -> int:
    """Return where the file ends, as its first bytes state."""
    return 8 + int.from_bytes(data[4:8], "little")
