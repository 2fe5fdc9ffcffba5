"""The tags of a color profile that say how its colors look, measured before a color engine works through them.

A pipeline of processing elements (`mpet`) may name one body ten thousand times, each time a step for every color.
It is left out; profiles that have one say the same in a table of bytes, too, which costs what its length says.
"""

import struct

HEAD = 128
MAX_TAGS = 100
"""As many as the color engine reads."""
COLORANTS = (b"rXYZ", b"gXYZ", b"bXYZ")
CURVES = (b"rTRC", b"gTRC", b"bTRC", b"kTRC")
TABLES = (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2")
TYPES: dict[bytes, tuple[bytes, ...]] = {
    **dict.fromkeys(COLORANTS, (b"XYZ ",)),
    **dict.fromkeys(CURVES, (b"curv", b"para")),
    **dict.fromkeys(TABLES, (b"mft1", b"mft2", b"mAB ", b"mBA ")),
}
"""Of each tag that relative colorimetry asks for: how it may be written."""
MAX_COLOR = 64
"""Bytes of a color, which has 20."""
MAX_CHANNELS = 16


def sifted(profile: bytes) -> bytes:
    """Return a profile of those tags alone that turn its colors into others; tags that share a body go on to.

    Raises:
        ValueError: a body is of another type, or holds less than it says; there are more tags, or more in their
            bodies, than the profile has room for.
    """
    tags = _tags(profile)
    bodies = dict.fromkeys((start, size) for _, start, size in tags)
    if sum(size for _, size in bodies) > len(profile):
        raise ValueError("bodies of tags overlap")
    for name, start, size in tags:
        _check(name, profile[start : start + size])
    parts, places, at = [], {}, HEAD + 4 + 12 * len(tags)
    for start, size in bodies:
        places[start, size] = at
        parts.append(profile[start : start + size] + bytes(-size % 4))
        at += len(parts[-1])
    table = [struct.pack(">4sII", name, places[start, size], size) for name, start, size in tags]
    head = struct.pack(">I", at) + profile[4:HEAD] + struct.pack(">I", len(tags))
    return b"".join([head, *table, *parts])


def _tags(profile: bytes) -> list[tuple[bytes, int, int]]:
    """Return name, place and size of each tag that is needed; like the color engine, pass over those cut short."""
    if len(profile) < HEAD + 4 or profile[36:40] != b"acsp":
        raise ValueError("no profile")
    (count,) = struct.unpack_from(">I", profile, HEAD)
    end = min(len(profile), int.from_bytes(profile[:4], "big"))
    if count > MAX_TAGS or end < HEAD + 4 + 12 * count:
        raise ValueError(f"{count} tags in {end} bytes")
    entries = struct.iter_unpack(">4sII", profile[HEAD + 4 : HEAD + 4 + 12 * count])
    return [(name, start, size) for name, start, size in entries if name in TYPES and start + size <= end]


def _check(name: bytes, body: bytes) -> None:
    """Raise `ValueError` unless a body is what its tag may be, and holds as much as it says."""
    kind, size = body[:4], len(body)
    if size < 12 or kind not in TYPES[name]:
        raise ValueError(f"{name!r} has {size} bytes of type {kind!r}")
    if kind == b"XYZ " and size > MAX_COLOR:
        raise ValueError(f"{name!r} has {size} bytes")
    if kind == b"curv":
        needed = 12 + 2 * int.from_bytes(body[8:12], "big")
    elif kind in (b"mft1", b"mft2"):
        needed = _size_of_old_table(body, 1 if kind == b"mft1" else 2)
    elif kind in (b"mAB ", b"mBA "):
        needed = _size_of_table(body)
    else:
        needed = 12
    if needed > size:
        raise ValueError(f"{name!r} has {size} bytes and says that they are {needed}")


def _channels(body: bytes) -> tuple[int, int]:
    inside, outside = body[8], body[9]
    if not (1 <= inside <= MAX_CHANNELS and 1 <= outside <= MAX_CHANNELS):
        raise ValueError(f"a table from {inside} to {outside} channels")
    return inside, outside


def _size_of_old_table(body: bytes, width: int) -> int:
    """Return how many bytes a table of 8 or 16 bits needs: curves, a grid, curves."""
    (inside, outside), start = _channels(body), 48
    entries = (256, 256)
    if width == 2:
        entries, start = struct.unpack_from(">HH", body.ljust(52, b"\0"), 48), 52
    numbers: int = entries[0] * inside + body[10] ** inside * outside + entries[1] * outside
    return start + width * numbers


def _size_of_table(body: bytes) -> int:
    """Return how many bytes the grid of a table of curves, grid, curves, matrix and curves needs at its place."""
    inside, outside = _channels(body)
    (place,) = struct.unpack_from(">I", body.ljust(32, b"\0"), 24)
    needed = 32
    if place:
        head = body[place : place + 20].ljust(20, b"\0")
        cells = outside * max(1, head[16])
        for side in head[:inside]:
            cells *= side
        needed = place + 20 + cells
    return needed
