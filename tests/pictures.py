"""Drawn pictures, the bytes of one in any format, and how far two are apart."""

import io

import numpy as np
import torch
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


def cloud(seed, matrix=((0.1, 0.02, 0.0), (0.0, 0.08, 0.03), (0.02, 0.0, 0.09)), mean=(0.5, 0.5, 0.5)):
    """Draw a picture (1, 3, 40, 40) whose colors are normally distributed."""
    random = torch.Generator().manual_seed(seed)
    colors = torch.tensor(matrix) @ torch.randn(3, 1600, generator=random).clamp(-2.5, 2.5)
    return (colors + torch.tensor(mean)[:, None]).view(1, 3, 40, 40).clamp(0, 1)


def ramps(shift: int = 0) -> Image.Image:
    """Draw a picture of 60 x 40 pixels whose green is moved by a shift."""
    y, x = np.mgrid[0:40, 0:60]
    return Image.fromarray(np.stack([x * 4, (y * 6 + shift) % 256, 128 + 0 * x], axis=-1).astype(np.uint8))
