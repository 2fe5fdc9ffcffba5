"""A drawn picture, its bytes in any format, and how far two pictures are apart: for the tests of files."""

import io

import numpy as np
from PIL import Image


def scene() -> Image.Image:
    """A smooth picture with an edge, so that lossy formats come back close."""
    y, x = np.mgrid[0:20, 0:30]
    return Image.fromarray(np.stack([x * 8, y * 12, np.where(x > 15, 200, 40)], axis=-1).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    """The bytes of a file, as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def difference(a: Image.Image, b: Image.Image) -> float:
    """The mean absolute difference, in levels."""
    return float(np.abs(np.asarray(a, int) - np.asarray(b, int)).mean())
