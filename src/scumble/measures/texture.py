"""Style: do the picture's small strokes and grains go together as the style's do."""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import shrunk

SIDE = 5
COUNT = 32
SCALES = 4
FLOOR = 0.02  # of the mean variance; below it, a direction is noise
GRAIN = 1e-6  # variance that rounding to 8 bits leaves, about


def filters() -> Tensor:
    """Return fixed random filters (COUNT, 3, SIDE, SIDE), each channel of mean zero, of unit length."""
    generator = torch.Generator().manual_seed(1)
    weights = torch.randn(COUNT, 3, SIDE, SIDE, generator=generator, dtype=torch.float32)
    weights = weights - weights.mean((2, 3), keepdim=True)
    return F.normalize(weights.flatten(1), dim=1).view_as(weights)


def covariance(image: Tensor) -> Tensor:
    """Return the covariance (COUNT, COUNT) of the rectified responses of an image."""
    responses = F.conv2d(image, filters()).relu()[0].flatten(1).double()
    centered = responses - responses.mean(1, keepdim=True)
    return centered @ centered.T / centered.shape[1]


def distance(covariance: Tensor, target: Tensor) -> Tensor:
    """Return how far the variances are apart where the target is white, as a factor's logarithm."""
    floor = (FLOOR * target.diagonal().mean() + GRAIN) * torch.eye(len(target), dtype=target.dtype)
    values, vectors = torch.linalg.eigh(target + floor)
    whitener = vectors / values.sqrt() @ vectors.T
    ratios = torch.linalg.eigvalsh(whitener @ (covariance + floor) @ whitener)
    logs: Tensor = ratios.clamp(min=1e-9).log()
    return logs.square().mean().sqrt()


def texture(picture: Tensor, style: Tensor) -> float:
    r"""Return the distance of covariances of a random filter bank, mean of 4 scales; lower is better, 0 is equal.

    .. math:: d_s = \sqrt{\tfrac1C \sum_i \log^2 \lambda_i\left(B^{-1/2} A B^{-1/2}\right)}

    with `A` and `B` the covariances of :math:`C = 32` rectified responses of picture and style, both with 2 % of
    the style's mean variance added to the diagonal. 0.7 means: standard deviations off by a factor of 1.4.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        style: (1, 3, H', W').

    Reference:
        Förstner and Moonen: A Metric for Covariance Matrices (1999); random filters: Ustyuzhaninov et al.:
        Texture Synthesis Using Shallow Convolutional Networks with Random Filters (2016),
        https://arxiv.org/abs/1606.00021.
    """
    smallest = min(*picture.shape[-2:], *style.shape[-2:])
    scales = [scale for scale in range(SCALES) if smallest >> scale >= 2 * SIDE] or [0]
    found = [distance(covariance(shrunk(picture, s)), covariance(shrunk(style, s))) for s in scales]
    return float(sum(found) / len(found))
