"""OkLab: a space in which equal distances look about equally far."""

import torch
from torch import Tensor

TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468),
          (1.9779984951, -2.4285922050, 0.4505937099),
          (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip


def linear(image: Tensor) -> Tensor:
    """Return light intensities of sRGB values, both [0, 1]."""
    return torch.where(image <= 0.04045, image / 12.92, ((image.clamp(min=0.0) + 0.055) / 1.055) ** 2.4)


def oklab(image: Tensor) -> Tensor:
    """Return lightness, [0, 1], and the green-red and blue-yellow axes, about [-0.4, 0.4], of sRGB pixels.

    Args:
        image: (B, 3, H, W), RGB, [0, 1].

    Returns:
        (B, 3, H, W).

    Example:
        >>> oklab(torch.ones(1, 3, 1, 1)).flatten().round(decimals=3).abs().tolist()
        [1.0, 0.0, 0.0]

    Reference:
        Ottosson: A perceptual color space for image processing (2020), https://bottosson.github.io/posts/oklab/
    """
    cones = torch.einsum("ij,bjhw->bihw", image.new_tensor(TO_CONES), linear(image))
    return torch.einsum("ij,bjhw->bihw", image.new_tensor(TO_LAB), cones.clamp(min=0) ** (1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Return the sRGB pixels of OkLab coordinates, (B, 3, H, W), clipped to [0, 1]: `oklab` backwards."""
    cones = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(lab.new_tensor(TO_LAB)), lab) ** 3
    light = torch.einsum("ij,bjhw->bihw", torch.linalg.inv(lab.new_tensor(TO_CONES)), cones).clamp(0, 1)
    curved = 1.055 * light.clamp(min=1e-3) ** (1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, 12.92 * light, curved).clamp(0, 1)
