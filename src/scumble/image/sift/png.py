"""PNG: its pixels, palette, transparency and profile; and whether the pixels are all there."""

import io
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from PIL import Image

from scumble.errors import ImageError
from scumble.image.exif import orientation_in
from scumble.image.png import Chunk, chunks, inflate
from scumble.image.sift import NO_PROFILE, SEVERAL, Fits, Sifted

MAX_TEXT = 4 << 20
"""Bytes of text chunks, all together."""
MAX_PROFILE = 1 << 20
"""Bytes of a color profile, unpacked; Pillow refuses the whole picture above it."""
MAX_TURN = 1 << 20
"""Bytes of a text that may say which way up the picture is, unpacked."""
PIECE = 1 << 16  # bytes unpacked at a time to count them
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""What pixels are made of; damage in it is seen."""
TURNS = (b"XML:com.adobe.xmp", b"Raw profile type exif")
"""Texts in which programs say which way up a picture is."""
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by color type
PALETTE = 3  # the color type of pixels that are numbers of colors
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of an interlaced picture: the first column and row of each, and the steps to the next ones."""


@dataclass
class _Found:
    """What was seen of a file so far."""

    kept: list[Chunk] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    frames: int = 1
    exif: bytes = b""
    xmp: bytes = b""
    notes: tuple[str, ...] = ()


def sift_png(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a PNG without what is no pixel.

    Raises:
        ImageError: the file is cut short, damaged, of a kind that only iPhones read, or too large; it has more chunks
            than its length allows, or more text than `MAX_TEXT`.
    """
    found = _Found()
    try:
        _walk(name, data, found)
        head = next((chunk for chunk in found.kept if chunk.kind == b"IHDR"), None)
        if head is None or head.length != 13:
            raise ValueError("it has no header")
        fits(name, *struct.unpack_from(">II", data, head.start))
        if data[head.start + 9] == PALETTE:
            _require_palette(found.kept)
    except ValueError as error:
        raise _damaged(name, error) from error
    notes = (*found.notes, *((SEVERAL,) if found.frames > 1 else ()))
    return Sifted(_joined(data, found.kept), orientation_in(found.exif, found.xmp), notes)


def _require_palette(kept: list[Chunk]) -> None:
    """Raise `ValueError` unless there is a palette, of whole colors, before the pixels that it colors."""
    kinds = [chunk.kind for chunk in kept]
    if b"PLTE" not in kinds or (b"IDAT" in kinds and kinds.index(b"PLTE") > kinds.index(b"IDAT")):
        raise ValueError("it has no palette before its pixels")
    length = kept[kinds.index(b"PLTE")].length
    if length % 3 or not 3 <= length <= 768:
        raise ValueError(f"its palette has {length} bytes, and should have 3 for each of 1 to 256 colors")


def end_of(name: str, file: BinaryIO) -> int:
    """Return the place behind the last chunk.

    Raises:
        ImageError: the file has more chunks than its length allows.
    """
    end = 0
    try:
        for chunk in chunks(file):
            end = chunk.start + chunk.length + 4
    except ValueError as error:
        raise _damaged(name, error) from error
    return end


def _damaged(name: str, error: ValueError) -> ImageError:
    return ImageError(f"{name!r} is a damaged PNG: {error}", "open it in another program and save it again")


def is_cut(image: Image.Image, data: bytes) -> bool:
    """Whether the pixels of a decoded PNG end before the picture does, in due form.

    Pillow leaves the rest at zero; where the end may be such a rest, what the file unpacks to is counted.

    Args:
        image: decoded.
        data: what it was decoded from.
    """
    last = image.getpixel((image.width - 1, image.height - 1))
    found = chunks(io.BytesIO(data))
    head = next(found)
    width, height, depth, color, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, head.start)
    if not interlaced and (any(last) if isinstance(last, tuple) else last):
        return False
    view = memoryview(data)
    pixels = [view[start : start + length] for kind, start, length in found if kind == b"IDAT"]
    wanted = length_of(width, height, depth * CHANNELS.get(color, 0), bool(interlaced))
    return count(pixels, wanted) < wanted


def length_of(width: int, height: int, bits: int, interlaced: bool) -> int:
    """Return how many bytes the rows of a picture take, each with the byte that names its filter."""
    total = 0
    for left, top, across, down in PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * bits // 8))
    return total


def count(parts: Iterable[memoryview], most: int) -> int:
    """Return how many bytes packed parts hold, unpacked and thrown away piece by piece; no further than `most`."""
    unpacking, total = zlib.decompressobj(), 0
    for part in parts:
        for start in range(0, len(part), PIECE):
            left: bytes | memoryview = part[start : start + PIECE]
            while total < most:
                got = len(unpacking.decompress(left, 4 * PIECE))
                total, left = total + got, unpacking.unconsumed_tail
                if got < 4 * PIECE and not left:
                    break
    return total


def _walk(name: str, data: bytes, found: _Found) -> None:
    """Sort all chunks into what is kept, what is read and what is left."""
    view, text, kind = memoryview(data), 0, b""
    for chunk in chunks(io.BytesIO(data)):
        before, (kind, start, length) = kind, chunk
        payload = view[start : start + length]
        if kind == b"CgBI":
            raise ImageError(
                f"{name!r} is an iPhone (CgBI) PNG, which only its maker's programs read",
                "save it again as an ordinary PNG, as `pngcrush -revert-iphone-optimizations` does",
            )
        if kind in KEPT:
            crc = zlib.crc32(view[start - 4 : start + length]).to_bytes(4, "big")
            if crc != view[start + length : start + length + 4]:
                raise ValueError(f"its {kind.decode()} chunk is damaged or cut short")
            if kind in found.seen and not kind == before == b"IDAT":
                raise ValueError(f"its {kind.decode()} chunks are not together")
            found.kept.append(chunk)
        elif not kind[0] & 32:  # its first letter is a capital: nobody may read on without it
            raise ValueError(f"nothing is known of its critical chunk {kind.decode('latin-1')!r}")
        elif kind == b"iCCP" and kind not in found.seen:
            if _is_profile(bytes(payload)):
                found.kept.append(chunk)
            else:
                found.notes = (NO_PROFILE,)
        elif kind == b"acTL":
            found.frames = max(found.frames, int.from_bytes(payload[:4], "big"))
        elif kind == b"eXIf" and not found.exif:
            found.exif = bytes(payload)
        elif kind in TEXTS:
            text += length
            if text > MAX_TEXT:
                raise ImageError(f"{name!r} holds {text} bytes of text; {MAX_TEXT} are allowed")
            _read_text(kind, bytes(payload), found)
        found.seen.add(kind)
    if kind != b"IEND":
        raise ValueError("it is cut short")


def _is_profile(payload: bytes) -> bool:
    _, _, packed = payload.partition(b"\0")
    try:
        return packed[:1] == b"\0" and bool(inflate(packed[1:], MAX_PROFILE))
    except ValueError:
        return False


def _read_text(kind: bytes, payload: bytes, found: _Found) -> None:
    """Keep EXIF and XMP that programs have written as text; all other text, even a record, says nothing of pixels."""
    keyword, _, rest = payload.partition(b"\0")
    if keyword not in TURNS or keyword in found.seen:
        return
    found.seen.add(keyword)
    packed = kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
    text = rest[1:] if packed else rest
    if kind == b"iTXt":
        text = rest[2:].split(b"\0", 2)[-1]
    try:
        text = inflate(text, MAX_TURN) if packed else text[:MAX_TURN]
        if keyword == TURNS[0]:
            found.xmp = text
        elif not found.exif:
            found.exif = bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except ValueError:  # damaged: the picture is taken as upright
        return


def _joined(data: bytes, kept: list[Chunk]) -> bytes:
    """Return a file of some chunks of another, or the very same where that is all of it."""
    if sum(chunk.length + 12 for chunk in kept) + 8 == len(data):
        return data
    view = memoryview(data)
    return b"".join([view[:8], *(view[chunk.start - 8 : chunk.start + chunk.length + 4] for chunk in kept)])
