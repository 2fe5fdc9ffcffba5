"""GIF: its first frame."""

from dataclasses import dataclass

from scumble.errors import ImageError
from scumble.image.sift import SEVERAL, Fits, Sifted

SPARE_BLOCKS = 20_000
BYTES_A_BLOCK = 100
"""Of blocks, a file may have one for so many bytes, besides the spare ones; programs fill them with 255."""
FRAME, EXTENSION, END, CONTROL = b",", b"!", b";", b"\xf9"


@dataclass
class _Walk:
    """A place in a file, and how many blocks may still be passed."""

    name: str
    data: bytes
    at: int
    left: int

    def take(self, number: int) -> bytes:
        """Return the next bytes."""
        taken = self.data[self.at : self.at + number]
        self.at += number
        return taken

    def spend(self) -> None:
        """Count a block."""
        self.left -= 1
        if self.left < 0:
            raise ImageError(
                f"{self.name!r} is a GIF of more blocks than {len(self.data)} bytes should have",
                "save it as PNG with another program",
            )

    def pass_blocks(self) -> None:
        """Go behind the next empty block."""
        while (length := self.take(1)) not in (b"", b"\0"):
            self.at += length[0]
            self.spend()

    def pass_frame(self) -> bytes:
        """Go behind a frame, of which the first byte is passed already, and return it."""
        start = self.at - 1
        self.pass_colors(self.take(9)[8:])
        self.take(1)  # the width of the first codes
        self.pass_blocks()
        return self.data[start : self.at]

    def pass_colors(self, flags: bytes) -> None:
        """Go behind a table of colors, where the flags say that there is one."""
        if flags and flags[0] & 0x80:
            self.take(3 << (1 + (flags[0] & 7)))


def sift_gif(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a GIF of the first frame alone.

    Raises:
        ImageError: it consists of more blocks than its length should have.
    """
    del fits  # a frame may be larger than the screen: Pillow says how large both are
    walk = _Walk(name, data, 6, SPARE_BLOCKS + len(data) // BYTES_A_BLOCK)
    walk.pass_colors(walk.take(7)[4:5])
    head, control, frame = data[: walk.at], b"", b""
    while (kind := walk.take(1)) and kind != END:
        start = walk.at - 1
        if kind == FRAME and frame:
            return Sifted(head + control + frame + END, notes=(SEVERAL,))
        if kind == FRAME:
            frame = walk.pass_frame()
        elif kind == EXTENSION:
            label = walk.take(1)
            walk.pass_blocks()
            control = data[start : walk.at] if label == CONTROL and not frame else control
        walk.spend()
    return Sifted(head + control + frame + kind)
