"""Shares of regions given the picture's own borders."""

from torch import Tensor
from torch.nn import functional as F

RADIUS = 8  # pixels, the side of a cell of the coarse shares
SHARP = 1e-3  # squared contrast from which on an edge of the picture is one of the shares


def box(plane: Tensor) -> Tensor:
    """Return the mean of each pixel's square of 2 `RADIUS` + 1 pixels, as far as it lies inside."""
    return F.avg_pool2d(plane, 2 * RADIUS + 1, 1, RADIUS, count_include_pad=False)


def along_edges(shares: Tensor, image: Tensor) -> Tensor:
    r"""Return shares in the picture's size, whose borders follow its edges: a guided filter.

    In each square the share is a linear function of lightness, :math:`p \approx a I + b`, with

    .. math:: a = \frac{\mathrm{cov}(I, p)}{\mathrm{var}(I) + \epsilon}, \qquad b = \bar p - a \bar I

    Args:
        shares: (1, K, h, w), coarse, sum 1 over K.
        image: (1, 3, H, W), RGB, [0, 1].

    Returns:
        (1, K, H, W), [0, 1], sum 1 over K.

    Reference:
        He, Sun, Tang: Guided Image Filtering (2010).
    """
    lightness = image.mean(1, keepdim=True)
    coarse = F.interpolate(shares, image.shape[-2:], mode="bilinear", align_corners=False)
    mean, mean_share = box(lightness), box(coarse)
    slope = (box(lightness * coarse) - mean * mean_share) / (box(lightness.square()) - mean.square() + SHARP)
    offset = mean_share - slope * mean
    fine = (box(slope) * lightness + box(offset)).clamp(0, 1)
    return fine / fine.sum(1, keepdim=True).clamp(min=1e-6)
