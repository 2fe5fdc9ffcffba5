"""Artefacts: a frame around the picture, as padding leaves it."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

RING = 4  # pixels
LEVEL = 0.02  # five levels: what is evener than that differs by noise


def ring(image: Tensor, start: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return mean (3,) and deviation (3,) of a ring that starts so many pixels from the edge, and its roughness.

    Roughness is the mean deviation within cells of 4 x 4 pixels, a scalar.
    """
    height, width = image.shape[-2:]
    inner = image[0, :, start : height - start, start : width - start]
    middle = slice(RING, inner.shape[1] - RING)
    strips = [inner[:, :RING], inner[:, -RING:], inner[:, middle, :RING].mT, inner[:, middle, -RING:].mT]
    strip = torch.cat(strips, dim=2)  # (3, RING, length)
    cells = F.unfold(strip[:, None], RING, stride=RING)  # (3, RING^2, cells)
    return strip.mean((1, 2)), strip.std((1, 2)), cells.std(1).mean()


def frame(image: Tensor) -> float:
    """Return how unlike the outermost ring of 4 pixels is to the next one."""
    if min(image.shape[-2:]) < 6 * RING:
        return 0.0
    mean, deviation, roughness = ring(image, 0)
    own_mean, own_deviation, own_roughness = ring(image, RING)
    step = (mean - own_mean).square().mean().sqrt()
    spread = (deviation + own_deviation).mean() / 2 + LEVEL
    return float(step / spread) + abs(math.log(float((roughness + LEVEL) / (own_roughness + LEVEL))))


def border(picture: Tensor, *references: Tensor) -> float:
    r"""Return how much more of a frame there is than in the references; lower is better, 0 or more.

    .. math:: \max(0, \; f(x) - f(c)), \quad f = \frac{|\mu_o - \mu_i|}{(\sigma_o + \sigma_i) / 2 + \epsilon}
       + \left|\log \frac{\rho_o + \epsilon}{\rho_i + \epsilon}\right|

    with mean, deviation and roughness of the outer ring of 4 pixels and of the ring just inside,
    :math:`\epsilon = 0.02`. Photographs have `f` of 0.02 to 0.2; pictures below 24 pixels, which
    have no inside, 0.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        references: the content, of any size; without it, it is the picture's own `f`.
    """
    return max(0.0, frame(picture) - max(map(frame, references), default=0.0))
