"""Raw moments: sums over positions that say all that a style statistic needs, whatever order they are added in."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scumble.losses.base import precise


def raw_moments(feature: Tensor, masks: Tensor | None) -> Tensor:
    r"""Return :math:`\sum_p w_p \, g_p g_p^\top` with :math:`g = (f, 1)` of each region, (K, C + 1, C + 1).

    They are on the CPU and added up in float64, since a covariance is the small difference of large sums.

    Args:
        feature: (1, C, H, W).
        masks: of the regions, bool or weights, (K, H, W); None for one region.
    """
    return torch.stack([moments(rows, weights) for rows, _, weights in by_region(rows_of(feature), masks)])


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


def pulled_back(feature: Tensor, masks: Tensor | None, gradients: Tensor) -> Tensor:
    r"""Return a feature's gradient from those of its raw moments, :math:`w_p (D + D^\top) g_p` without the last row.

    Args:
        feature: (1, C, H, W).
        masks: as for `raw_moments`.
        gradients: (K, C + 1, C + 1).
    """
    rows = rows_of(feature)
    result = torch.zeros_like(rows)
    for (part, index, weights), gradient in zip(by_region(rows, masks), gradients, strict=True):
        both = (gradient + gradient.mT).to(rows)
        moved = torch.addmm(both[:-1, -1], part, both[:-1, :-1])
        if weights is not None:
            moved *= weights[:, None]
        if index is None:
            result = moved
        else:
            result.index_add_(0, index, moved)
    return result.view(*feature.shape[2:], feature.shape[1]).permute(2, 0, 1)[None].to(feature.dtype)


def rows_of(feature: Tensor) -> Tensor:
    """Return the positions of a feature (1, C, H, W) as rows (HW, C) in float32 or better."""
    return precise(feature.permute(0, 2, 3, 1).flatten(0, 2))


def by_region(rows: Tensor, masks: Tensor | None) -> list[tuple[Tensor, Tensor | None, Tensor | None]]:
    """Return the rows of each region, their numbers, and their weights where the masks have weights."""
    if masks is None:
        return [(rows, None, None)]
    found: list[tuple[Tensor, Tensor | None, Tensor | None]] = []
    for mask in masks.flatten(1):
        index = mask.nonzero()[:, 0]
        weights = None if mask.dtype == torch.bool else mask[index].to(rows)
        found.append((rows.index_select(0, index), index, weights))
    return found


def moments(rows: Tensor, weights: Tensor | None) -> Tensor:
    r"""Return the raw moments of rows (N, C) with weights (N,), (C + 1, C + 1), float64, CPU.

    With :math:`m` about the mean and :math:`h = f - m`, products of the small :math:`h` in the precision of the rows,

    .. math:: \sum w f f^\top = \sum w h h^\top + m (\sum w h)^\top + (\sum w h) m^\top + (\sum w) m m^\top
    """
    mean = rows.sum(0) / max(1, len(rows))
    centered = rows - mean
    weighted = centered if weights is None else centered * weights[:, None]
    number = rows.new_tensor(len(rows)) if weights is None else weights.sum()
    products, rest, mean, number = (
        each.double().cpu() for each in (weighted.mT @ centered, weighted.sum(0), mean, number)
    )
    crossed = torch.outer(mean, rest)
    products = products + crossed + crossed.mT + number * torch.outer(mean, mean)
    sums = rest + number * mean
    return torch.cat([torch.cat([products, sums[:, None]], dim=1), torch.cat([sums, number[None]])[None]])
