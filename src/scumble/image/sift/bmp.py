"""BMP: whether its runs, which Pillow unpacks one by one, are few enough."""

from scumble.errors import ImageError
from scumble.image.sift import Fits, Sifted

MAX_RUNS = 1 << 20
"""Bytes of a BMP that is packed as runs of equal pixels."""


def sift_bmp(name: str, data: bytes, fits: Fits) -> Sifted:
    """Return a BMP as it is.

    Raises:
        ImageError: it is packed as runs, and larger than `MAX_RUNS`.
    """
    del fits  # Pillow says how large it is before it decodes anything
    packed = int.from_bytes(data[30:34], "little")
    if int.from_bytes(data[14:18], "little") >= 40 and packed in (1, 2) and len(data) > MAX_RUNS:
        raise ImageError(
            f"{name!r} is a BMP of {len(data)} bytes of runs; {MAX_RUNS} are allowed", "save it as PNG"
        )
    return Sifted(data)
