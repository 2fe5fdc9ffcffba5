"""Content: is the pattern of light and dark the content's."""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import blurred_luma, shrunk

BLUR = 0.003  # of the longer side: 1.5 pixels of 512; strokes finer than that do not count
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, SIGMA = 11, 1.5
LIGHT, CONTRAST = 0.01**2, 0.03**2


def local_mean(plane: Tensor) -> Tensor:
    """Return Gaussian means over windows that lie wholly inside, (1, 1, H - 10, W - 10), smaller ones if need be."""
    side = min(WINDOW, *plane.shape[-2:])
    side -= 1 - side % 2
    offsets = torch.arange(side, dtype=plane.dtype) - side // 2
    kernel = torch.exp(-0.5 * (offsets / SIGMA) ** 2)
    kernel = kernel / kernel.sum()
    return F.conv2d(F.conv2d(plane, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def similarity(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean over windows of lightness times contrast and structure, and of the latter alone."""
    mean_a, mean_b = local_mean(a), local_mean(b)
    variance_a, variance_b = local_mean(a * a) - mean_a**2, local_mean(b * b) - mean_b**2
    shared = local_mean(a * b) - mean_a * mean_b
    contrast = (2 * shared + CONTRAST) / (variance_a + variance_b + CONTRAST)
    light = (2 * mean_a * mean_b + LIGHT) / (mean_a**2 + mean_b**2 + LIGHT)
    return (light * contrast).mean(), contrast.mean()


def structure(picture: Tensor, content: Tensor) -> float:
    r"""Return MS-SSIM of slightly blurred lightness; higher is better, 0 to 1, 1 is equal.

    .. math:: \prod_{j=1}^{M} c_j^{w_j} \cdot l_M^{w_M}

    over 5 scales, fewer where a window of 11 pixels would not fit (their weights then sum to 1), negative
    similarities counting as 0; symmetric.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        content: the same size.

    Reference:
        Wang, Simoncelli, Bovik: Multiscale Structural Similarity (2003).
    """
    a, b = blurred_luma(picture, BLUR), blurred_luma(content, BLUR)
    smallest = min(a.shape[-2:])
    scales = max(1, sum(smallest >> scale >= WINDOW for scale in range(len(WEIGHTS))))
    product = 1.0
    for scale, weight in enumerate(WEIGHTS[:scales]):
        whole, contrast = similarity(shrunk(a, scale), shrunk(b, scale))
        value = whole if scale == scales - 1 else contrast
        product *= max(0.0, float(value)) ** (weight / sum(WEIGHTS[:scales]))
    return min(1.0, product)
