"""Content: do edges run where and as the content's run."""

import torch
from torch import Tensor

from scumble.measures.luma import blurred_luma

BLUR = 0.005  # of the longer side: 2.5 pixels of 512
FAINT = 1e-4  # a slope per pixel that no eye sees; a 40th of a level


def slopes(plane: Tensor) -> tuple[Tensor, Tensor]:
    """Return the slopes across and down at inner pixels by central differences, each (1, 1, H - 2, W - 2)."""
    across = (plane[..., 1:-1, 2:] - plane[..., 1:-1, :-2]) / 2
    down = (plane[..., 2:, 1:-1] - plane[..., :-2, 1:-1]) / 2
    return across, down


def edges(picture: Tensor, content: Tensor) -> float:
    r"""Return how far orientations agree, weighted by the content's slopes; higher is better, 0 to 1, 1 is equal.

    .. math:: \frac{\sum_p |g_p| \, \cos^2 \theta_p}{\sum_p |g_p|},
       \qquad \cos^2 \theta = \frac{1 + \cos 2\theta}{2}

    with :math:`g` the slope of the content's blurred lightness and :math:`\theta` the angle between its direction
    and the picture's, so that an edge from dark to light agrees with one from light to dark. Unrelated
    pictures have 1/2, a flat picture 0; any picture agrees with a flat content.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        content: the same size.
    """
    across, down = slopes(blurred_luma(content, BLUR))
    own_across, own_down = slopes(blurred_luma(picture, BLUR))
    weight = (across.square() + down.square()).sqrt()
    own = (own_across.square() + own_down.square()).sqrt()
    cosine = (across * own_across + down * own_down) / (weight * own + FAINT**3)
    agreement = torch.where(own > FAINT / 2, cosine.square(), 0)
    weight = (weight - FAINT).clamp(min=0)
    total = float(weight.sum())
    return min(1.0, float((weight * agreement).sum()) / total) if total else 1.0
