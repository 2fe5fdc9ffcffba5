"""Artefacts: stray colors that neither content nor style has."""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.image.color import oklab

BINS = 40
REACH = 0.4  # sRGB's colors have a and b within it


def cells(image: Tensor) -> Tensor:
    """Return the cell of each pixel's a and b in a table of BINS x BINS, (N,)."""
    planes = oklab(image)[0, 1:].flatten(1)
    places = ((planes + REACH) / (2 * REACH) * BINS).long().clamp(0, BINS - 1)
    return places[0] * BINS + places[1]


def palette(image: Tensor) -> Tensor:
    """Return which cells hold a pixel or are next to one that does, (BINS * BINS,)."""
    counts = torch.bincount(cells(image), minlength=BINS * BINS)
    held = (counts > 0).float().view(1, 1, BINS, BINS)
    return F.max_pool2d(held, 3, stride=1, padding=1).flatten() > 0


def tint(picture: Tensor, content: Tensor, style: Tensor) -> float:
    r"""Return the share of pixels with a color of neither palette; lower is better, 0 to 1.

    .. math:: \frac1N \#\{p : (a_p, b_p) \notin \mathrm{palette}(c) \cup \mathrm{palette}(s)\}

    in OkLab's a and b, to 0.02, lightness left aside; a palette includes colors next to its own.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        content: any size.
        style: any size.
    """
    known = palette(content) | palette(style)
    return float((~known[cells(picture)]).float().mean())
