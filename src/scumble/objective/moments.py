"""Raw moments: sums over positions that say all that a style statistic needs, whatever order they are added in."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scumble.losses.base import exact, precise
from scumble.objective.partition import Partition, Whole
from scumble.objective.sums import LayerMoments

SAMPLE = 64  # positions each way at most, of which the mean is a center to count from


def layout_of(masks: Tensor | None, margin: int = 0) -> Whole | Partition:
    """Return how the regions of a feature lie, by their masks as in `LayerRegions`; None for all but a margin."""
    return Whole(margin) if masks is None else Partition(masks)


def center_of(feature: Tensor) -> Tensor:
    """Return a point near the mean of a feature (1, C, H, W), float32 or better, (1, C)."""
    down, across = (max(1, size // SAMPLE) for size in feature.shape[2:])
    return precise(feature[..., ::down, ::across]).mean((2, 3))


@torch.no_grad()
def raw_moments(feature: Tensor, masks: Tensor | None, margin: int = 0) -> Tensor:
    r"""Return :math:`\sum_p w_p \, g_p g_p^\top` with :math:`g = (f, 1)` of each region, (K, C + 1, C + 1).

    They are on the CPU and in float64, since a covariance is the small difference of large sums.

    Args:
        feature: (1, C, H, W).
        masks: of the regions, bool or weights, (K, H, W); None for one region, all but a margin.
        margin: in positions.
    """
    regions, channels = 1 if masks is None else len(masks), feature.shape[1]
    if not feature.numel():  # a tile at the edge may have no position of its own in a coarse layer
        return torch.zeros(regions, channels + 1, channels + 1, dtype=torch.float64)
    layout, center = layout_of(masks, margin), center_of(feature).expand(regions, -1)
    found = LayerMoments(layout, center)(feature).cpu().double()
    weight = layout.numbers(feature.shape).view(-1, 1, 1)
    mean = weight * found[..., -1:]  # (K, C, 1)
    products = weight * found[..., :-1] + mean @ found[..., -1:].mT
    return torch.cat([torch.cat([products, mean], dim=2), torch.cat([mean.mT, weight], dim=2)], dim=1)


def mixed(shares: Sequence[float], styles: Sequence[tuple[Tensor, int]]) -> Tensor:
    """Return the raw moments of several pictures together, each with its share, whatever its number of positions.

    Args:
        shares: of the pictures, sum 1; one with 0 is left out.
        styles: raw moments and number of positions of each.
    """
    parts = [
        share / number * moments for share, (moments, number) in zip(shares, styles, strict=True) if share
    ]
    return torch.stack(parts).sum(0)


def central(moments: Tensor) -> Tensor:
    """Return covariance and mean side by side, (K, C, C + 1), from raw moments, (K, C + 1, C + 1)."""
    weight = moments.detach()[..., -1:, -1:]
    mean = moments[..., :-1, -1:] / weight
    return torch.cat([moments[..., :-1, :-1] / weight - mean @ mean.mT, mean], dim=-1)


@torch.no_grad()
def gradient_of(feature: Tensor, masks: Tensor | None, moments: Tensor, gradients: Tensor) -> Tensor:
    r"""Return a feature's gradient from those of its raw moments, :math:`w_p (D + D^\top) g_p` without the last row.

    With the mean :math:`\mu` of the moments, from which rows are counted so that nothing large cancels,
    :math:`S f + d = S (f - \mu) + (S \mu + d)`.

    Args:
        feature: (1, C, H, W).
        masks: as for `raw_moments`.
        moments: of the whole picture, (K, C + 1, C + 1).
        gradients: (K, C + 1, C + 1).
    """
    both, mean = gradients + gradients.mT, moments[:, :-1, -1] / moments[:, -1:, -1]
    matrices = both[:, :-1, :-1]
    offsets = both[:, :-1, -1] + (matrices @ mean[..., None])[..., 0]  # (K, C)
    layout = layout_of(masks)
    mean, matrices, offsets = (
        part.to(feature.device, exact(feature.dtype)) for part in (mean, matrices, offsets)
    )
    return layout.pull_back(layout.rows(feature), mean, matrices, offsets, feature.shape)
