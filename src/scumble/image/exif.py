"""The one number of a picture's metadata that counts: which way up it is."""

import re
import struct

TAG = 0x0112
MAX_ENTRIES = 1000
"""Of a directory; cameras write about fifty, and a hostile file 65,535."""
_SIZES = {3: ("H", 2), 4: ("I", 4), 8: ("h", 2), 9: ("i", 4)}
_HEADS = re.compile(rb"(?:Exif\0\0){1,2}")
_IN_XMP = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')


def orientation_in(exif: bytes, xmp: bytes = b"") -> int:
    """Return the orientation that EXIF, or else XMP, states: 1 to 8; 1, upright, where there is none.

    Example:
        >>> orientation_in(b"Exif\\0\\0II*\\0\\x08\\0\\0\\0\\x01\\0\\x12\\x01\\x03\\0\\x01\\0\\0\\0\\x06\\0\\0\\0")
        6
    """
    head = _HEADS.match(exif)
    try:
        value = _value(exif[head.end() :] if head else exif)
    except struct.error:  # cut short
        value = None
    if value is None:
        found = _IN_XMP.search(xmp)
        value = int(found[1]) if found else 1
    return value if 1 <= value <= 8 else 1


def _value(tiff: bytes) -> int | None:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    (entries,) = struct.unpack_from(order + "H", tiff, start)
    for at in range(start + 2, start + 2 + 12 * min(entries, MAX_ENTRIES), 12):
        tag, kind, count = struct.unpack_from(order + "HHI", tiff, at)
        if tag == TAG and kind in _SIZES and count:
            letter, size = _SIZES[kind]
            where = at + 8 if size * count <= 4 else struct.unpack_from(order + "I", tiff, at + 8)[0]
            return int(struct.unpack_from(order + letter, tiff, where)[0])
    return None
