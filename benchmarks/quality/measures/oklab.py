"""OkLab, a space in which equal distances look about equal.

Ottosson: A perceptual color space for image processing (2020), https://bottosson.github.io/posts/oklab/.
"""

import torch
from torch import Tensor

TO_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def mixed(matrix: Tensor, planes: Tensor) -> Tensor:
    """Return each pixel's channels multiplied by a matrix, (B, 3, H, W)."""
    return torch.einsum("ij,bjhw->bihw", matrix, planes)


def oklab(image: Tensor) -> Tensor:
    """Return an sRGB picture in [0, 1] as lightness L in [0, 1], a (green to red) and b (blue to yellow).

    Example:
        >>> oklab(torch.ones(1, 3, 1, 1)).flatten().round(decimals=3).abs()
        tensor([1., 0., 0.])
    """
    linear = torch.where(image <= 0.04045, image / 12.92, ((image.clamp(min=0.04) + 0.055) / 1.055) ** 2.4)
    cones = mixed(image.new_tensor(TO_CONES), linear).clamp(min=0)
    return mixed(image.new_tensor(TO_LAB), cones ** (1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Return the sRGB picture of OkLab coordinates (B, 3, H, W), clipped to [0, 1]."""
    cones = mixed(torch.linalg.inv(lab.new_tensor(TO_LAB)), lab) ** 3
    linear = mixed(torch.linalg.inv(lab.new_tensor(TO_CONES)), cones).clamp(0, 1)
    encoded = torch.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear.clamp(min=1e-3) ** (1 / 2.4) - 0.055
    )
    return encoded.clamp(0, 1)
