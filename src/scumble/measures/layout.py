"""Content: are the same places alike and the same places different."""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import luma

CELLS = 16  # in each direction
SAMPLES = 4  # means in a cell, in each direction; pooling is the blur


def distances(image: Tensor) -> Tensor:
    """Return how far each two cells of an image are apart, (N,) with N = 256 * 255 / 2."""
    means = F.adaptive_avg_pool2d(luma(image), CELLS * SAMPLES)
    cells = F.unfold(means, SAMPLES, stride=SAMPLES)[0].T  # (CELLS^2, SAMPLES^2)
    return F.pdist(cells.double())


def layout(picture: Tensor, content: Tensor) -> float:
    r"""Return how alike the self-similarities are; higher is better, -1 to 1, 1 is equal.

    .. math:: \mathrm{corr}_{i<j}\left(|x_i - x_j|, |y_i - y_j|\right)

    with :math:`x_i` and :math:`y_i` the cells of 16 x 16 of picture and content, each 4 x 4 means of lightness. What
    is inverted or of another contrast as a whole counts as equal. 0 where one of them is flat, 1 where both are.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        content: the same size.

    Reference:
        Shechtman and Irani: Matching Local Self-Similarities across Images and Videos (2007); Kolkin et al.: Style
        Transfer by Relaxed Optimal Transport and Self-Similarity (2019), https://arxiv.org/abs/1904.12785.
    """
    both = torch.stack([distances(picture), distances(content)])
    centered = both - both.mean(1, keepdim=True)
    deviation = centered.square().mean(1).sqrt()
    flat = deviation < 1e-4
    if bool(flat.any()):
        return float(flat.all())
    return min(1.0, float((centered[0] * centered[1]).mean() / deviation.prod()))
