"""JPEG: its tables, scans and profile; and whether the scans are all there."""

import io
import re
from itertools import count
from typing import BinaryIO

from PIL import Image, ImageChops, JpegImagePlugin

from scumble.errors import ImageError
from scumble.image.exif import orientation_in
from scumble.image.sift import Fits, Sifted, require_little_behind

MAX_SEGMENTS = 5000
"""Parts between two markers; the largest depth maps that phones write along take some hundreds."""
MAX_SCANS = 100
"""Progressive pictures have about ten, and each costs a pass over the whole picture."""
MAX_PASSED = 2_000_000_000
"""Pixels passed over in all scans together."""
START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
APPLICATIONS = range(0xE0, 0xF0)
SAID = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""What programs have added that says how pixels look, by marker; all else that they add is left out."""
SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of a header with the picture's size
NOISE = bytes(range(17, 255, 3)) * 4

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in compressed data, 255 is followed by 0 or a restart
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def sift_jpeg(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a JPEG without what is no pixel.

    Raises:
        ImageError: it is too large, or has so many parts or scans that reading it would take seconds to minutes.
    """
    view, kept, at = memoryview(data), [b"\xff\xd8"], 2
    exif, xmp, scans, pixels, first = b"", b"", 0, 0, len(data)
    for segments in count(1):
        marker = _MARKER.search(data, at)
        if not marker or marker[0][1] == END:
            end = marker.end() if marker else len(data)
            break
        if segments > MAX_SEGMENTS:
            raise ImageError(f"{name!r} is a JPEG of more than {MAX_SEGMENTS} parts; no picture has so many")
        kind, start = marker[0][1], marker.end()
        at = start if kind == START else start + int.from_bytes(view[start : start + 2], "big")
        payload = view[start + 2 : at]
        if kind in SIZES and len(payload) >= 5:
            height, width = (int.from_bytes(payload[place : place + 2], "big") for place in (1, 3))
            fits(name, width, height)
            pixels = max(pixels, width * height)
        if kind == SCAN:
            scans, first = scans + 1, min(first, marker.start())
            if scans > MAX_SCANS or scans * pixels > MAX_PASSED:
                raise ImageError(
                    f"{name!r} is a JPEG of {scans} scans or more of {pixels / 1e6:.1f} million pixels; allowed are "
                    f"{MAX_SCANS}, and {MAX_PASSED // 10**6} million pixels in all of them"
                )
        elif not scans and kind == 0xE1:
            exif = exif or (bytes(payload) if bytes(payload[:6]) == b"Exif\0\0" else b"")
            xmp = xmp or (bytes(payload[len(_XMP) :]) if bytes(payload[: len(_XMP)]) == _XMP else b"")
        elif not scans and _is_needed(kind, payload):
            kept.append(bytes(view[marker.start() : at]))
    require_little_behind(name, len(data) - end)
    parts: list[bytes | memoryview] = [*kept, view[first:end]]
    whole = sum(map(len, parts)) == len(data)
    return Sifted(data if whole else b"".join(parts), orientation_in(exif, xmp))


def size_in(file: BinaryIO) -> tuple[int, int]:
    """Return the width and height that a file's header states; 0 x 0 where there is none before its pixels."""
    at = 2
    for _ in range(MAX_SEGMENTS):
        file.seek(at)
        head = file.read(9)
        if len(head) < 9 or head[0] != 0xFF or head[1] in (END, SCAN):
            break
        if head[1] in SIZES:
            return int.from_bytes(head[7:9], "big"), int.from_bytes(head[5:7], "big")
        at += 1 if head[1] == 0xFF else 2 + int.from_bytes(head[2:4], "big")
    return 0, 0


def _is_needed(kind: int, payload: memoryview) -> bool:
    if kind in APPLICATIONS:
        said = SAID.get(kind)
        return said is not None and payload[: len(said)] == said
    return kind != COMMENT


def is_cut(image: Image.Image, data: bytes) -> bool:
    """Whether the scans of a decoded JPEG end before the picture does, in due form or not.

    Its decoder then goes on in middle gray, without a word. If it still wanted data, it takes noise that is put
    behind each scan for the rest of the picture; if not, noise changes nothing.

    Args:
        image: decoded.
        data: what it was decoded from.
    """
    corner = image.crop((image.width - 1, image.height - 1, image.width, image.height)).tobytes()
    if not all(127 <= level <= 128 for level in corner):
        return False
    parts, at, last = [], 2, 0
    scanning = False
    while marker := _MARKER.search(data, at):
        if marker[0][1:] in (b"\xc9", b"\xca"):  # arithmetic coding ends early where zeros would follow
            return False
        if scanning:
            parts += [data[last : marker.start()], NOISE]
            last = marker.start()
        if marker[0][1] == END:
            break
        scanning = marker[0][1] == SCAN
        start = marker.end()
        at = start if marker[0][1] == START else start + int.from_bytes(data[start : start + 2], "big")
    with JpegImagePlugin.JpegImageFile(io.BytesIO(b"".join([*parts, data[last:]]))) as other:
        other.load()
        return ImageChops.difference(image, other).getbbox(alpha_only=False) is not None
