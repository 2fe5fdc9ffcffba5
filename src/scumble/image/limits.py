"""What a picture may ask for, checked in its bytes before anything is decoded."""

import io
import re
import zlib

from scumble.errors import ImageError
from scumble.image.png import chunks, inflate

MAX_TEXT = 4 << 20
"""Bytes of text chunks in a PNG, all together."""
MAX_PROFILE = 1 << 20
"""Bytes of a PNG's color profile, unpacked; Pillow refuses the whole picture above it."""
MAX_SCANS = 100
"""Scans of a JPEG; progressive ones have about ten, and each costs a pass over the whole picture."""


def check_size(name: str, width: int, height: int, max_side: int, max_pixels: int) -> None:
    """Raise `ImageError` unless a picture of this size may be read."""
    if width < 1 or height < 1:
        raise ImageError(f"{name!r} is {width} x {height} pixels; both sides must have at least 1")
    if max(width, height) > max_side or width * height > max_pixels:
        raise ImageError(
            f"{name!r} is {width} x {height} pixels ({width * height / 1e6:.1f} million); allowed are "
            f"{max_side} a side and {max_pixels / 1e6:.1f} million in all",
            "make the picture smaller first, or read it with a larger max_side and max_pixels",
        )


def check_jpeg(name: str, data: bytes) -> None:
    """Raise `ImageError` for a JPEG with so many scans that decoding it would take minutes."""
    at, scans = 2, 0
    while (marker := _MARKER.search(data, at)) and marker[0] != b"\xff\xd9":
        scans += marker[0] == b"\xff\xda"
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
    if scans > MAX_SCANS:
        raise ImageError(f"{name!r} is a JPEG of {scans} scans; {MAX_SCANS} are allowed")


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in compressed data, 255 is followed by 0 or a restart


def trim_png(name: str, data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a PNG without a color profile that is too long or damaged, and notes of what was left out.

    Raises:
        ImageError: the file is cut short or damaged, or has too many chunks or more text than `MAX_TEXT`.
    """
    text, kind, cuts, view = 0, b"", [], memoryview(data)
    try:
        for kind, start, length in chunks(io.BytesIO(data)):
            stop = start + length
            text += length if kind in (b"tEXt", b"zTXt", b"iTXt") else 0
            if text > MAX_TEXT:
                raise ImageError(f"{name!r} holds {text} bytes of text; {MAX_TEXT} are allowed")
            if (
                kind in _CRITICAL
                and zlib.crc32(view[start - 4 : stop]).to_bytes(4, "big") != view[stop : stop + 4]
            ):
                raise ValueError(f"its {kind.decode()} chunk is damaged or cut short")
            if kind == b"iCCP" and not _is_profile(data[start:stop]):
                cuts.append((start - 8, stop + 4))
        if kind != b"IEND":
            raise ValueError("it is cut short")
    except ValueError as error:
        raise ImageError(f"{name!r} is a damaged PNG: {error}") from error
    for first, last in reversed(cuts):
        data = data[:first] + data[last:]
    return data, ("color profile damaged or too long, ignored",) if cuts else ()


_CRITICAL = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")


def _is_profile(payload: bytes) -> bool:
    _, _, packed = payload.partition(b"\0")
    try:
        return packed[:1] == b"\0" and bool(inflate(packed[1:], MAX_PROFILE))
    except ValueError:
        return False
