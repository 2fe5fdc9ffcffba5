"""Raw moments: sums over positions that say all that a style statistic needs, whatever order they are added in."""

import torch
from torch import Tensor


def raw_moments(feature: Tensor, labels: Tensor | None, number: int) -> Tensor:
    r"""Return :math:`\sum_p g_p g_p^\top` with :math:`g = (f, 1)` for each region, (K, C + 1, C + 1), float64, CPU.

    They are added up in float64, since a covariance is the small difference of large sums.

    Args:
        feature: (1, C, H, W).
        labels: the region of each position, (H, W); None for one region.
        number: of regions.
    """
    rows = rows_of(feature)
    return torch.stack([moments(part) for part, _ in by_label(rows, labels, number)])


def pulled_back(feature: Tensor, labels: Tensor | None, gradients: Tensor) -> Tensor:
    r"""Return the gradient of a feature from those of its raw moments, :math:`(D + D^\top) g_p` without the last row.

    Args:
        feature: (1, C, H, W).
        labels: as for `raw_moments`.
        gradients: (K, C + 1, C + 1).
    """
    rows = rows_of(feature)
    result = torch.empty_like(rows)
    parts = by_label(rows, labels, len(gradients))
    for (part, index), gradient in zip(parts, gradients, strict=True):
        both = (gradient + gradient.mT).to(rows)
        moved = torch.addmm(both[:-1, -1], part, both[:-1, :-1])
        if index is None:
            result = moved
        else:
            result.index_copy_(0, index, moved)
    return result.view(*feature.shape[2:], feature.shape[1]).permute(2, 0, 1)[None].to(feature.dtype)


def rows_of(feature: Tensor) -> Tensor:
    """Return the positions of a feature (1, C, H, W) as rows (HW, C) in float32 or better."""
    return feature.permute(0, 2, 3, 1).flatten(0, 2).to(torch.promote_types(feature.dtype, torch.float32))


def by_label(rows: Tensor, labels: Tensor | None, number: int) -> list[tuple[Tensor, Tensor | None]]:
    """Return the rows of each region with their numbers."""
    if labels is None:
        return [(rows, None)]
    indices = [(labels.flatten() == region).nonzero()[:, 0] for region in range(number)]
    return [(rows.index_select(0, index), index) for index in indices]


def moments(rows: Tensor) -> Tensor:
    r"""Return the raw moments of rows (N, C), (C + 1, C + 1), float64, CPU.

    With :math:`m` about the mean and :math:`h = f - m`, products of the small :math:`h` in the precision of the rows,

    .. math:: \sum f f^\top = \sum h h^\top + m (\sum h)^\top + (\sum h) m^\top + N m m^\top
    """
    mean = rows.sum(0) / max(1, len(rows))
    centered = rows - mean
    products, rest, mean = ((each.double().cpu()) for each in (centered.mT @ centered, centered.sum(0), mean))
    crossed = torch.outer(mean, rest)
    products = products + crossed + crossed.mT + len(rows) * torch.outer(mean, mean)
    sums = rest + len(rows) * mean
    return torch.cat([
        torch.cat([products, sums[:, None]], dim=1),
        torch.cat([sums, sums.new_tensor([len(rows)])])[None],
    ])  # fmt: skip
