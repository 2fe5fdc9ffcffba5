"""WebP: a still or a film, small, with transparency."""

import struct
from collections.abc import Iterator

from PIL import Image

from scumble.outputs.base import Writer, outputs, save
from scumble.outputs.film import File, Film

ICC, ALPHA, EXIF, ANIMATION = 32, 16, 8, 2  # flags of what a file has
WHOLE = 2  # a frame's flag: it takes the place of the one before, transparency and all


class WebpFilm(Film):
    """An endless film of which each frame is a still of its own: so none has to be kept for the next.

    Pillow's own encoder of films holds all their frames until the end; its files are no smaller for paintings, where
    every pixel changes.
    """

    def __init__(self, file: File, size: tuple[int, int]) -> None:
        super().__init__(file, size)
        self.flags, self.exif = ANIMATION, b""

    def add(self, frame: Image.Image, milliseconds: int) -> None:
        """Write a frame, the first one behind what a file begins with."""
        parts = dict(chunks(encoded(frame)))
        self.flags |= ALPHA if frame.mode == "RGBA" else 0
        head = [0, 0, self.size[0] - 1, self.size[1] - 1, milliseconds]
        pixels = [chunk(name, parts[name]) for name in (b"ALPH", b"VP8 ", b"VP8L") if name in parts]
        data = chunk(b"ANMF", b"".join([*map(three_bytes, head), bytes([WHOLE]), *pixels]))
        self.file.write(data if self.file.seek(0, 1) else self._beginning(parts) + data)

    def _beginning(self, parts: dict[bytes, bytes]) -> bytes:
        """Return what comes before the first frame, with its profile; flags and length are known at the end."""
        self.exif = chunk(b"EXIF", parts[b"EXIF"]) if b"EXIF" in parts else b""
        self.flags |= ICC | (EXIF if self.exif else 0)
        size = b"".join(three_bytes(side - 1) for side in self.size)
        endless = chunk(b"ANIM", bytes(6))  # on a clear ground, as often as one looks
        return b"".join([bytes(12), chunk(b"VP8X", bytes(4) + size), chunk(b"ICCP", parts[b"ICCP"]), endless])

    def close(self) -> None:
        """Write the end, and then the beginning, which says how long all is and what it has."""
        self.file.write(self.exif)
        length = self.file.seek(0, 1)
        self.file.seek(0)
        self.file.write(b"RIFF" + struct.pack("<I", length - 8) + b"WEBP")
        self.file.seek(20)
        self.file.write(bytes([self.flags]))


@outputs("webp")
class WebpWriter(Writer):
    """Write a still or an endless film as WebP, quality 95, at most 16383 pixels a side."""

    suffixes = (".webp",)
    film = WebpFilm

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        return encoded(image)


def encoded(image: Image.Image) -> bytes:
    """Return a picture as the bytes of a file."""
    return save(image, "WEBP", quality=95)


def three_bytes(number: int) -> bytes:
    """Return a number, below 2 ** 24, as WebP has it."""
    return number.to_bytes(3, "little")


def chunk(name: bytes, data: bytes) -> bytes:
    """Return a part of a file: its name, its length and itself, which ends at an even place."""
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the parts of a file that Pillow wrote, with their names."""
    at = 12
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
