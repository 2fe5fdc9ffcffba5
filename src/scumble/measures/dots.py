"""Artefacts: grids of dots and weaves of 2, 4, 8 or 16 pixels, as strides and pooling leave them."""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import luma

TILE = 64
PERIODS = (2, 4, 8, 16)
GRAIN = (0.5 / 255) ** 2  # variance below which a tile is flat: what rounding to 8 bits leaves, about
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))


def spectrum(image: Tensor) -> Tensor:
    """Return the mean over tiles of log10 power of lightness, (side, side), frequency 0 first.

    The mean of logarithms, not of powers: a weave in an even sky would drown in the power of all other tiles.
    """
    plane = luma(image)
    side = min(TILE, 1 << (min(plane.shape[-2:]).bit_length() - 1))
    tiles = F.unfold(plane, side, stride=max(1, side // 2))[0].T.view(-1, side, side)
    window = torch.hann_window(side, periodic=True, dtype=torch.float32)
    window = window[:, None] * window
    window = window / window.square().sum().sqrt()
    tiles = tiles - (tiles * window).sum((1, 2), keepdim=True) / window.sum()
    power: Tensor = torch.fft.fft2(tiles * window).abs().square()
    return (power + GRAIN).log10().mean(0)


def peak(image: Tensor) -> float:
    """Return the highest peak at a period and direction of the grid over its surroundings, in powers of ten."""
    power = spectrum(image)
    side = len(power)
    ring = [(a, b) for a in range(-3, 4) for b in range(-3, 4) if max(abs(a), abs(b)) >= 2]
    found = [0.0]
    for period in PERIODS:
        bin_ = side // period
        if bin_ < 4:  # too near to frequency 0 for surroundings
            continue
        for down, across in DIRECTIONS:
            y, x = bin_ * down, bin_ * across
            around = torch.stack([power[(y + a) % side, (x + b) % side] for a, b in ring]).median()
            inward = power[(y - 2 * down) % side, (x - 2 * across) % side]
            outward = power[(y + 2 * down) % side, (x + 2 * across) % side]
            # along its own direction, too: horizontal and vertical edges raise a whole axis
            found.append(float(power[y % side, x % side] - torch.maximum(around, (inward + outward) / 2)))
    return max(found)


def dots(picture: Tensor, *references: Tensor) -> float:
    r"""Return how far spectral peaks exceed the references'; lower is better, 0 or more, in powers of ten.

    .. math:: \max(0, \; p(x) - \max(p(c), p(s))), \quad p = \max_{k \in \{2, 4, 8, 16\}, \, d}
       \left(\log_{10} P(d / k) - \text{surroundings}\right)

    with `P` the power at a period of `k` pixels, horizontal, vertical or diagonal, in Hann windows of 64 pixels. 0.1
    is noise, and more in pictures below 256 pixels; a weave of one level in 256 all over a photograph has 0.8 and
    more at periods up to 8, and 0.2 at 16.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        references: content and style, of any size; without them, it is what the picture has itself.

    Reference:
        Odena et al.: Deconvolution and Checkerboard Artifacts (2016), https://distill.pub/2016/deconv-checkerboard/.
    """
    return max(0.0, peak(picture) - max(map(peak, references), default=0.0))
