"""TIFF: its first full page; and what no decoder should begin with."""

import io
import struct
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO

from scumble.errors import ImageError, several
from scumble.image.sift import Fits, Sifted
from scumble.image.sniff import DEVELOP, RAW

MAX_ENTRIES = 1000
"""Of a directory; programs write about twenty, cameras two hundred."""
MAX_DIRECTORIES = 1000
"""Pages and what belongs to them."""
MAX_NUMBERS = 250_000
"""In all lists of a page, such as of where its strips lie: 100 megapixels in tiles of 64 x 64 have 25,000 of them."""
TILES_A_PICTURE = 4
SPARE_PIXELS = 1 << 23
"""Of tiles, so many pixels to one of the picture, besides the spare ones: a line of 16,384 pixels in tiles of 512."""
SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
WHOLE = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
"""Types of whole numbers; libtiff takes those with a sign for sizes, too."""
TEXT = (1, 2, 6, 7)  # types of bytes, which are not taken apart
KIND, OLD_KIND, WIDTH, HEIGHT, COMPRESSION, PHOTOMETRIC = 254, 255, 256, 257, 259, 262
STRIPS, SAMPLES, ROWS, PLANES, TILE_WIDTH, TILE_HEIGHT, TILES = 273, 277, 278, 284, 322, 323, 324
OLD_JPEG, BELOW, EXIF, GPS, INTEROP, DNG = 513, 330, 34665, 34853, 40965, 50706
OF_SENSOR = (32803, 34892)  # photometric: a filter before each pixel; such pixels in linear colors
OF_CAMERAS = (32767, 34713, 65000, 65535)  # compression: Sony's, Nikon's, Kodak's and Pentax'


@dataclass
class _Directory:
    """Entries of a directory: where the values of each tag are, of which type, and how many."""

    start: int
    entries: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    next: int = 0


@dataclass
class _File:
    """A TIFF or BigTIFF, and how many directories may still be read."""

    name: str
    file: BinaryIO
    order: str
    big: bool
    left: int = MAX_DIRECTORIES

    def bytes(self, start: int, number: int) -> bytes:
        """Return bytes at an offset, fewer where the file ends."""
        try:
            self.file.seek(start)
        except (OSError, OverflowError):  # further than any file reaches
            return b""
        return self.file.read(number)

    def unpack(self, letters: str, start: int) -> tuple[int, ...]:
        """Return numbers at an offset; `struct.error` where they are not all there."""
        return struct.unpack(self.order + letters, self.bytes(start, struct.calcsize(self.order + letters)))

    def directory(self, start: int) -> _Directory:
        """Return the directory at an offset; one that is cut short has fewer entries."""
        self.left -= 1
        if self.left < 0:
            raise self.refusal(f"more than {MAX_DIRECTORIES} directories")
        number, entry, word = ("Q", "HHQ", "Q") if self.big else ("H", "HHI", "I")
        step = struct.calcsize("=" + entry + word)
        found, numbers = _Directory(start), 0
        try:
            (count,) = self.unpack(number, start)
            at = start + struct.calcsize("=" + number)
            if count > MAX_ENTRIES:
                raise self.refusal(f"a directory of {count} entries; {MAX_ENTRIES} are allowed")
            table = self.bytes(at, count * step)
            for place in range(0, count * step, step):
                tag, kind, values = struct.unpack_from(self.order + entry, table, place)
                where, size = at + place + struct.calcsize("=" + entry), SIZES.get(kind, 0) * values
                numbers += values if kind in SIZES and kind not in TEXT else 0
                if size > struct.calcsize("=" + word):
                    (where,) = struct.unpack_from(self.order + word, table, where - at)
                if size and tag not in found.entries:
                    found.entries[tag] = (where, kind, values)
            if numbers > MAX_NUMBERS:
                raise self.refusal(f"a page described by {numbers} numbers; {MAX_NUMBERS} are allowed")
            (found.next,) = self.unpack(word, at + len(table))
        except struct.error:
            found.next = 0
        return found

    def values(self, page: _Directory, tag: int, most: int = 64) -> list[int]:
        """Return the first whole numbers of a tag; none where it is not there."""
        where, kind, count = page.entries.get(tag, (0, 0, 0))
        letter = WHOLE.get(kind)
        try:
            return list(self.unpack(f"{min(count, most)}{letter}", where)) if letter else []
        except struct.error:
            return []

    def value(self, page: _Directory, tag: int, otherwise: int) -> int:
        """Return the number of a tag."""
        return next(iter(self.values(page, tag, 1)), otherwise)

    def refusal(self, what: str) -> ImageError:
        """Return the error that says what is too much."""
        return ImageError(f"{self.name!r} is a TIFF with {what}", "save it again with another program")


def sift_tiff(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a TIFF that begins with its first full page.

    Raises:
        ImageError: a camera's raw file; it has nothing but a preview; a page is too large, is in too many or too few
            pieces, or is described by too much.
    """
    file = _open(name, io.BytesIO(data))
    pages, below = _all(file)
    if any(_is_raw(file, page) for page in (*pages, *below)):
        raise _raw(name)
    full = [page for page in pages if not _is_preview(file, page)]
    if not full and any(not _is_preview(file, page) for page in below):
        raise ImageError(
            f"{name!r} is a TIFF whose pages are previews; the full picture is where only some programs look",
            "if a camera made it, develop it with a raw converter; else save it again with another program",
        )
    if not pages:
        return Sifted(data)  # for Pillow to say what is wrong
    page = (full or pages)[0]
    _check(file, page, fits)
    if page is pages[0]:
        return Sifted(data)
    return Sifted(_beginning_with(file, data, page), notes=("the preview before it left out",))


def pixels_in(name: str, file: BinaryIO) -> int:
    """Return how many pixels all pages of a file have together."""
    tiff = _open(name, file)
    pages = [page for several in _all(tiff) for page in several]
    return sum(tiff.value(page, WIDTH, 0) * tiff.value(page, HEIGHT, 0) for page in pages)


def _open(name: str, file: BinaryIO) -> _File:
    file.seek(0)
    head = file.read(4)
    return _File(name, file, "<" if head[:2] == b"II" else ">", big=b"+" in head[2:])


def _all(file: _File) -> tuple[list[_Directory], list[_Directory]]:
    """Return the pages, and the directories below them: of further pictures, not of EXIF, which is only counted."""
    pages: list[_Directory] = []
    below: list[_Directory] = []
    try:
        (start,) = file.unpack("Q", 8) if file.big else file.unpack("I", 4)
    except struct.error:
        return [], []
    seen: set[int] = set()
    while start and start not in seen:
        seen.add(start)
        page = file.directory(start)
        pages.append(page)
        for tag in (EXIF, GPS):
            for offset in file.values(page, tag, 1):
                inner = file.directory(offset)
                for deeper in file.values(inner, INTEROP, 1):
                    file.directory(deeper)
        for offset in file.values(page, BELOW):
            if offset not in seen:
                seen.add(offset)
                below.append(file.directory(offset))
        start = page.next
    return pages, below


def _is_preview(file: _File, page: _Directory) -> bool:
    """Whether a directory says that it is a smaller picture of another one, or a mask of it."""
    return bool(file.value(page, KIND, 0) & 5) or file.value(page, OLD_KIND, 1) == 2


def _is_raw(file: _File, page: _Directory) -> bool:
    return (
        DNG in page.entries
        or file.value(page, PHOTOMETRIC, 0) in OF_SENSOR
        or file.value(page, COMPRESSION, 1) in OF_CAMERAS
    )


def _raw(name: str) -> ImageError:
    return ImageError(f"{name!r} is {RAW}; without being developed it has but a preview to show", DEVELOP)


def _check(file: _File, page: _Directory, fits: Fits) -> None:
    """Refuse a page that is too large, or that is not there as a whole."""
    value = partial(file.value, page)
    width, height = value(WIDTH, 0), value(HEIGHT, 0)
    fits(file.name, width, height)
    layers = value(SAMPLES, 1) if value(PLANES, 1) == 2 else 1
    if TILES in page.entries:
        wide, high = value(TILE_WIDTH, 0), value(TILE_HEIGHT, 0)
        fits(f"a tile of {file.name}", wide, high)
        tiles, there = -(-width // wide) * -(-height // high), page.entries[TILES][2]
        _check_tiles(file, (width, height), tiles, (wide, high))
        wanted = layers * tiles
    else:
        rows = max(1, min(height, value(ROWS, height)))
        wanted, there = layers * -(-height // rows), page.entries.get(STRIPS, (0, 0, 0))[2]
    if there < wanted and OLD_JPEG not in page.entries:
        raise ImageError(
            f"{file.name!r} is a damaged TIFF: {there} of {wanted} pieces of its page are there",
            "open it in another program and save it again",
        )


def _check_tiles(file: _File, size: tuple[int, int], tiles: int, tile: tuple[int, int]) -> None:
    """Refuse tiles that reach far beyond the picture: each is unpacked as a whole, be they all in one place."""
    pixels, unpacked = size[0] * size[1], tiles * tile[0] * tile[1]
    if unpacked > TILES_A_PICTURE * pixels + SPARE_PIXELS:
        raise file.refusal(
            f"{several(tiles, 'tile')} of {tile[0]} x {tile[1]} pixels for {size[0]} x {size[1]}; allowed are "
            f"{TILES_A_PICTURE} times the picture's own pixels and {SPARE_PIXELS / 1e6:.0f} million"
        )


def _beginning_with(file: _File, data: bytes, page: _Directory) -> bytes:
    """Return the file with another page as its first one."""
    at, word = (8, "Q") if file.big else (4, "I")
    first, view = struct.pack(file.order + word, page.start), memoryview(data)
    return b"".join([view[:at], first, view[at + len(first) :]])
