"""Lightness of a picture, blurred lightness and area-averaged pictures: what several measures start from."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

REC709 = (0.2126, 0.7152, 0.0722)


def luma(image: Tensor) -> Tensor:
    """Return the lightness (1, 1, H, W) of an RGB picture (1, 3, H, W): Rec. 709's sum of encoded values."""
    return (image * image.new_tensor(REC709).view(1, 3, 1, 1)).sum(1, keepdim=True)


def blur(plane: Tensor, sigma: float) -> Tensor:
    """Return (1, 1, H, W) after a Gaussian of `sigma` pixels; beyond the edge its pixel is repeated."""
    radius = max(1, math.ceil(3 * sigma))
    offsets = torch.arange(-radius, radius + 1, dtype=plane.dtype)
    kernel = torch.exp(-0.5 * (offsets / sigma) ** 2)
    kernel = kernel / kernel.sum()
    padded = F.pad(plane, (radius, radius, radius, radius), mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def blurred_luma(image: Tensor, share: float) -> Tensor:
    """Return lightness blurred by a Gaussian whose sigma is `share` of the longer side, so that sizes compare."""
    return blur(luma(image), share * max(image.shape[-2:]))


def shrunk(image: Tensor, times: int) -> Tensor:
    """Return a picture whose pixels are the means of squares of `2^times` pixels; a last odd row is dropped."""
    return F.avg_pool2d(image, 2**times) if times else image
