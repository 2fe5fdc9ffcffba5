"""The colors of a picture, region by region: how they are distributed, and how they are moved elsewhere.

Everything is done in bands of rows, so that a picture of any size costs little more memory than itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.image.color import into_gamut, oklab

BAND = 1 << 18  # pixels of a band, about: 3 MB for each array of colors


@dataclass(frozen=True)
class Space:
    """Coordinates of color.

    Args:
        forth: from sRGB (1, 3, H, W).
        back: to sRGB, [0, 1].
        soft: variance added to each coordinate, so that a flat sky is not stretched until its grain shows.
    """

    forth: Callable[[Tensor], Tensor]
    back: Callable[[Tensor], Tensor]
    soft: tuple[float, float, float]


RGB = Space(lambda image: image, lambda image: image, (2e-3, 2e-3, 2e-3))
OKLAB = Space(oklab, into_gamut, (5e-4, 2e-4, 2e-4))

Map = tuple[Tensor, Tensor]
"""A matrix (3, 3) and an offset (3,), float64: where colors are moved."""


@dataclass(frozen=True)
class Colors:
    """Means over all pixels of a picture of what K regions hold, float64, on the CPU; to be mixed by adding.

    Args:
        weight: shares, (K,).
        first: shares times colors, (K, 3).
        second: shares times products of colors, (K, 3, 3).
    """

    weight: Tensor
    first: Tensor
    second: Tensor

    @property
    def mean(self) -> Tensor:
        """Of each region, (K, 3)."""
        return self.first / self.weight.clamp(min=1e-12)[:, None]

    @property
    def covariance(self) -> Tensor:
        """Of each region, (K, 3, 3)."""
        mean = self.mean
        return self.second / self.weight.clamp(min=1e-12)[:, None, None] - mean[:, :, None] * mean[:, None, :]


def pooled(several: Sequence[Colors], shares: Sequence[float]) -> Colors:
    """Return the colors of several pictures together, each with its share."""
    parts = [
        [share * part for part in (one.weight, one.first, one.second)]
        for one, share in zip(several, shares, strict=True)
    ]
    return Colors(*(torch.stack(same).sum(0) for same in zip(*parts, strict=True)))


def bands(image: Tensor) -> Iterator[slice]:
    """Yield the rows of an image (1, 3, H, W), about `BAND` pixels at a time."""
    height, width = image.shape[-2:]
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def shares_at(shares: Tensor, size: Sequence[int], band: slice) -> Tensor:
    """Return a band of rows of shares (1, K, h, w) in another size, (K, rows, W), bilinear.

    Args:
        shares: of the whole picture.
        size: H and W of the picture.
        band: the rows.
    """
    rows = torch.arange(band.start, band.stop, dtype=torch.float32, device=shares.device)
    last = shares.shape[2] - 1
    at = ((rows + 0.5) * shares.shape[2] / size[0] - 0.5).clamp(0, last)
    above = at.long()
    between = torch.lerp(
        shares[0][:, above], shares[0][:, (above + 1).clamp(max=last)], (at - above)[:, None]
    )
    wide: Tensor = F.interpolate(
        between[None], (len(rows), size[1]), mode="bilinear", align_corners=False
    )  # (1, K, rows, W)
    return wide[0]


@torch.no_grad()
def colors_of(image: Tensor, shares: Tensor, space: Space, counted: Tensor | None = None) -> Colors:
    """Return the colors of an image in each region.

    Args:
        image: (1, 3, H, W), RGB, [0, 1].
        shares: of the regions, (1, K, h, w).
        space: coordinates that are counted.
        counted: how much each place counts, (1, 1, h, w), [0, 1]; all alike when omitted.
    """
    sums: list[Tensor] = []
    for band in bands(image):
        weights = shares_at(shares, image.shape[-2:], band).flatten(1)  # (K, N)
        if counted is not None:
            weights = weights * shares_at(counted, image.shape[-2:], band).flatten(1)
        colors = space.forth(image[:, :, band])[0].flatten(1)  # (3, N)
        known = torch.cat([torch.ones_like(colors[:1]), colors])  # (4, N)
        sums.append(torch.stack([(known * weight) @ known.T for weight in weights]).cpu().double())
    total = torch.stack(sums).sum(0) / image[0, 0].numel()  # (K, 4, 4)
    return Colors(total[:, 0, 0], total[:, 0, 1:], total[:, 1:, 1:])


@torch.no_grad()
def moved(image: Tensor, shares: Tensor, maps: Sequence[Map], space: Space, amount: float = 1.0) -> Tensor:
    r"""Return an image with its colors moved, in each region by the region's own map.

    .. math:: x \mapsto x + \alpha \sum_k s_k (T_k x + t_k - x)

    with the shares :math:`s_k` of the regions. A pixel that belongs to none stays as it is.

    Args:
        image: (1, 3, H, W), RGB, [0, 1].
        shares: (1, K, h, w), sum at most 1 over K.
        maps: one for each region.
        space: whose coordinates are moved.
        amount: 0 to 1, alpha above.

    Returns:
        (1, 3, H, W), on the device of `image`.
    """
    steps = torch.stack(
        [amount * (matrix - torch.eye(3, dtype=torch.float32).to(matrix)) for matrix, _ in maps]
    ).to(image)
    offsets = torch.stack([amount * offset for _, offset in maps]).to(image)
    result = torch.empty_like(image)
    for band in bands(image):
        before = image[:, :, band]
        weights = shares_at(shares, image.shape[-2:], band)  # (K, rows, W)
        colors = space.forth(before)
        after = colors.clone()
        for weight, step, offset in zip(weights, steps, offsets, strict=True):
            after += weight * (torch.einsum("ij,bjhw->bihw", step, colors) + offset.view(1, 3, 1, 1))
        result[:, :, band] = torch.where(weights.sum(0) > 0, space.back(after), before)
    return result


@torch.no_grad()
def between(image: Tensor, other: Tensor, amounts: tuple[float, float, float]) -> Tensor:
    """Return an image moved toward another in OkLab; where the two are equal, it stays exactly as it is.

    Args:
        image: (1, 3, H, W), RGB, [0, 1].
        other: as large.
        amounts: of lightness, a and b, 0 to 1.
    """
    if amounts == (1.0, 1.0, 1.0):
        return other
    shares = image.new_tensor(amounts).view(1, 3, 1, 1)
    result = torch.empty_like(image)
    for band in bands(image):
        one, two = image[:, :, band], other[:, :, band]
        after = into_gamut(torch.lerp(oklab(one), oklab(two), shares))
        result[:, :, band] = torch.where((one == two).all(1, keepdim=True), one, after)
    return result
