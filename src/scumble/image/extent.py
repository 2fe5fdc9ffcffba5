"""How many bytes a file may have, by the size of the picture that its header states, before it is read as a whole."""

import re
import struct
from collections.abc import Callable
from typing import BinaryIO

from scumble.errors import ImageError
from scumble.image.limits import check_size
from scumble.image.sift import SPARE, jpeg, png, require_little_behind, webp
from scumble.image.sift.tiff import pixels_in
from scumble.image.sniff import HEAD, require_readable

BYTES_A_PIXEL = {"JPEG": 6, "PNG": 8, "WebP": 5, "AVIF": 8, "TIFF": 8, "BMP": 4, "GIF": 2, "HEIC": 8}
"""At most, of noise at the highest quality: four channels of 16 bits where there may be so many."""
BOXES = 1 << 20
"""First bytes of an AVIF or HEIC, in which it says how large its parts are."""
_PART = re.compile(rb"ispe\0\0\0\0(........)", re.DOTALL)


def most_bytes(pixels: int) -> int:
    """Return how many bytes a file of so many pixels may have, whatever its format is."""
    return SPARE + max(BYTES_A_PIXEL.values()) * pixels


def check_length(name: str, file: BinaryIO, length: int, max_side: int, max_pixels: int) -> None:
    """Refuse a file that is longer than its picture could make it; of one that is not long, only the head is read.

    Args:
        name: what it is called in messages.
        file: it, of which no more than its beginning is read, or its directories.
        length: bytes of all.
        max_side: pixels, the longest side allowed.
        max_pixels: how many are allowed in all.

    Raises:
        ImageError: it is not among the formats that are read, too long, or of a picture that is too large.
    """
    kind = require_readable(_start(file, HEAD), name)
    if length <= SPARE:
        return
    most, pixels = SPARE + BYTES_A_PIXEL[kind] * max_pixels, max_pixels
    if length <= most:
        if kind == "TIFF":
            pixels = min(pixels, pixels_in(name, file))
        else:
            width, height = _size(kind, file)
            pixels = width * height
            if pixels:
                check_size(name, width, height, max_side, max_pixels)
        most = SPARE + BYTES_A_PIXEL[kind] * pixels
    if length > most:
        raise ImageError(
            f"{name!r} has {length:,} bytes; {kind} of {pixels:,} pixels may have {most:,}",
            "save the picture alone, of several the first, with another program",
        )
    if kind in ("PNG", "WebP"):
        end = png.end_of(name, file) if kind == "PNG" else webp.end_in(_start(file, webp.HEAD))
        require_little_behind(name, length - end)


def _start(file: BinaryIO, number: int) -> bytes:
    file.seek(0)
    return file.read(number)


def _size(kind: str, file: BinaryIO) -> tuple[int, int]:
    """Return the width and height that a header states; 0 x 0 where it states none."""
    try:
        width, height = _HEADERS[kind](file)
    except struct.error:  # cut short
        return 0, 0
    return abs(width), abs(height)


def _at(place: int, letters: str) -> Callable[[BinaryIO], tuple[int, int]]:
    """Return what reads two numbers at a place."""

    def read(file: BinaryIO) -> tuple[int, int]:
        file.seek(place)
        width, height = struct.unpack(letters, file.read(struct.calcsize(letters)))
        return width, height

    return read


def _in_webp(file: BinaryIO) -> tuple[int, int]:
    return webp.size_in(_start(file, webp.HEAD))


def _in_bmp(file: BinaryIO) -> tuple[int, int]:
    length, _ = _at(14, "<II")(file)
    return _at(18, "<HH" if length == 12 else "<ii")(file)  # of OS/2, or of Windows


def _in_boxes(file: BinaryIO) -> tuple[int, int]:
    sizes = [struct.unpack(">II", found) for found in _PART.findall(_start(file, BOXES))]
    return max(
        ((width, height) for width, height in sizes), key=lambda size: size[0] * size[1], default=(0, 0)
    )


_HEADERS: dict[str, Callable[[BinaryIO], tuple[int, int]]] = {
    "JPEG": jpeg.size_in,
    "PNG": _at(16, ">II"),
    "GIF": _at(6, "<HH"),
    "WebP": _in_webp,
    "BMP": _in_bmp,
    "AVIF": _in_boxes,
    "HEIC": _in_boxes,
}
