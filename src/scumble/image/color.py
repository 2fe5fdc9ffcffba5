"""OkLab: a space in which equal distances look about equally far."""

import torch
from torch import Tensor

TO_CONES = ((0.4122214708, 0.5363325363, 0.0514459929),
            (0.2119034982, 0.6806995451, 0.1073969566),
            (0.0883024619, 0.2817188376, 0.6299787005))  # fmt: skip
TO_LAB = ((0.2104542553, 0.7936177850, -0.0040720468),
          (1.9779984951, -2.4285922050, 0.4505937099),
          (0.0259040371, 0.7827717662, -0.8086757660))  # fmt: skip
HALVINGS = 12  # of the range in which the chroma lies that can still be shown: to 1/4096 of it


def linear(image: Tensor) -> Tensor:
    """Return light intensities of sRGB values, both [0, 1]."""
    return torch.where(image <= 0.04045, image / 12.92, ((image.clamp(min=0.0) + 0.055) / 1.055) ** 2.4)


def srgb(light: Tensor) -> Tensor:
    """Return the sRGB values of light intensities, clipped to [0, 1]: `linear` backwards."""
    light = light.clamp(0, 1)
    curved = 1.055 * light.clamp(min=1e-3) ** (1 / 2.4) - 0.055
    return torch.where(light <= 0.0031308, 12.92 * light, curved).clamp(0, 1)


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


def light_of(lab: Tensor) -> Tensor:
    """Return the light intensities of OkLab coordinates, (B, 3, H, W); beyond [0, 1] where no screen shows them."""
    to_cones, to_light = (
        torch.tensor(matrix, dtype=torch.float32).inverse().to(lab) for matrix in (TO_LAB, TO_CONES)
    )
    return torch.einsum("ij,bjhw->bihw", to_light, torch.einsum("ij,bjhw->bihw", to_cones, lab) ** 3)


def from_oklab(lab: Tensor) -> Tensor:
    """Return the sRGB pixels of OkLab coordinates, (B, 3, H, W), clipped to [0, 1]: `oklab` backwards."""
    return srgb(light_of(lab))


def into_gamut(lab: Tensor) -> Tensor:
    """Return the sRGB pixels of OkLab coordinates; what cannot be shown keeps lightness and hue and loses chroma.

    To clip each channel by itself instead would turn hues and change lightness.

    Args:
        lab: (B, 3, H, W); lightness beyond [0, 1] is clipped.

    Returns:
        (B, 3, H, W), [0, 1].

    Example:
        >>> vivid = torch.tensor([0.6, 0.4, 0.2]).view(1, 3, 1, 1)
        >>> [round(float(one), 2) for one in oklab(into_gamut(vivid)).flatten()]
        [0.6, 0.22, 0.11]
    """
    lab = torch.cat([lab[:, :1].clamp(0, 1), lab[:, 1:]], dim=1)
    light = light_of(lab)
    outside = ((light < -1e-4) | (light > 1 + 1e-4)).any(1)  # (B, H, W)
    beyond = lab.movedim(1, -1)[outside].T[None, :, None]  # (1, 3, 1, N)
    if beyond.numel():
        light.movedim(1, -1)[outside] = light_of(_less_chroma(beyond))[0, :, 0].T
    return srgb(light)


def _less_chroma(lab: Tensor) -> Tensor:
    """Return the most chromatic colors of the same lightness and hue that can be shown, (1, 3, 1, N)."""
    low, high = torch.zeros_like(lab[:, :1]), torch.ones_like(lab[:, :1])
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        light = light_of(torch.cat([lab[:, :1], middle * lab[:, 1:]], dim=1))
        shown = ((light >= 0) & (light <= 1)).all(1, keepdim=True)
        low, high = torch.where(shown, middle, low), torch.where(shown, high, middle)
    return torch.cat([lab[:, :1], low * lab[:, 1:]], dim=1)
