"""What is seen of a picture with transparent places: what lies hidden there is replaced by what is around it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scumble.errors import ImageError
from scumble.image.convert import ASIDE
from scumble.image.files import UNNAMED, Picture
from scumble.image.resize import fit_within

EDGE = 512  # long edge at which hidden places are filled, in pixels
LEAST = 1e-6  # of a cell's opacity, below which it has no color of its own

Planes = NDArray[np.float32]


def visible(picture: Picture) -> Picture:
    """Return a picture with its hidden places filled, so that what a file holds there changes nothing.

    A program that erases only clears the alpha channel: below, the colors of before or black ones stay.

    Args:
        picture: of any size; an opaque one is returned as it is.

    Raises:
        ImageError: it is transparent everywhere.
    """
    picture = with_alpha_that_counts(picture)
    if picture.alpha is None:
        return picture
    filling = surroundings(picture.rgb, picture.alpha).resize(picture.rgb.size, Image.Resampling.BILINEAR)
    rgb = Image.composite(picture.rgb, filling, picture.alpha)
    notes = tuple("what is transparent does not count" if note == ASIDE else note for note in picture.notes)
    return replace(picture, rgb=rgb, notes=notes)


def with_alpha_that_counts(picture: Picture) -> Picture:
    """Return a picture without its alpha channel where that hides nothing.

    Raises:
        ImageError: it hides everything.
    """
    lowest, highest = picture.alpha.getextrema() if picture.alpha else (255, 255)
    if highest == 0:
        called = "a picture" if picture.name == UNNAMED else repr(picture.name)
        raise ImageError(
            f"{called} is transparent everywhere that counts; there is nothing to see in it",
            "save it without its alpha channel, or take another part",
        )
    return replace(picture, alpha=None) if lowest == 255 else picture


def surroundings(rgb: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return a small copy of a picture, its hidden places in the colors of what is next to them, ever wider around.

    Reference:
        Gortler and others: The Lumigraph (1996), section 3.4, on pulling up means and pushing them down into gaps.
    """
    width, height = fit_within(rgb.size, EDGE)
    seen = rgb.copy()
    seen.putalpha(alpha)
    small = seen.convert("RGBa").resize((width, height), Image.Resampling.BOX, reducing_gap=3.0)
    levels = [
        np.asarray(small, np.float32).transpose(2, 0, 1) / np.float32(255)
    ]  # (4, H, W), RGB times alpha
    while max(levels[-1].shape[1:]) > 1:
        height, width = (-(-side // 2) for side in levels[-1].shape[1:])
        levels.append(scaled(levels[-1], height, width, Image.Resampling.BOX))
    color = levels[-1][:3] / max(float(levels[-1][3, 0, 0]), LEAST)
    for level in reversed(levels):
        wide = scaled(color, level.shape[1], level.shape[2], Image.Resampling.BILINEAR)
        color = level[:3] + (1 - level[3]) * wide
    return Image.fromarray((color.clip(0, 1).transpose(1, 2, 0) * 255).round().astype(np.uint8))


def scaled(planes: Planes, height: int, width: int, filtered: Image.Resampling) -> Planes:
    """Return planes (K, H, W) in another size."""
    return np.stack(
        [np.asarray(Image.fromarray(plane).resize((width, height), filtered)) for plane in planes]
    )
