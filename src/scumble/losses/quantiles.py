"""How values are distributed, in a number of numbers that does not depend on how many values there are."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

from scumble.losses.base import mask_weights, precise
from scumble.losses.sampling import shuffled

LEVELS = 64  # parts of equal weight that a distribution is cut into
ENOUGH = 2048  # values of a distribution, about: to sort is what such a loss costs


class QuantileMeans(Function):
    r"""The mean of each of `LEVELS` parts of equal weight of sorted values, with the gradient by hand.

    .. math:: q_i = L \int_{(i-1)/L}^{i/L} Q(u) \, du, \qquad \partial q_i / \partial x_p = L \, o_{ip}

    with :math:`Q` the quantile function and :math:`o_{ip}` the weight that value `p` has in part `i`. No value is
    left out, so each has a gradient; the mean of all parts is the mean of the values.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, shares: Tensor) -> Tensor:
        """Take values (..., N) and the share of each, of the same shape, sum 1; return (..., L)."""
        ordered, order = values.sort(-1)
        shares = shares.gather(-1, order)
        below = starting_at_0(shares.cumsum(-1))  # (..., N + 1)
        sums = starting_at_0((shares * ordered).cumsum(-1))
        levels = torch.linspace(0, 1, LEVELS + 1, dtype=values.dtype, device=values.device)
        levels = levels.expand(*values.shape[:-1], -1).contiguous()
        place = (torch.searchsorted(below, levels, right=True) - 1).clamp(0, values.shape[-1] - 1)
        until = sums.gather(-1, place) + (levels - below.gather(-1, place)) * ordered.gather(-1, place)
        ctx.save_for_backward(order, shares, below)
        return LEVELS * until.diff(dim=-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        order, shares, below = ctx.saved_tensors
        (gradient,) = gradients
        ends = below * LEVELS
        part = ends.long().clamp(0, LEVELS - 1)  # that a value begins in, and the next one
        here = gradient.gather(-1, part)
        until = starting_at_0(gradient.cumsum(-1)).gather(-1, part) + (ends - part) * here
        # The difference of two integrals loses digits: where a value lies in one part, its share says it better.
        inside = part[..., 1:] == part[..., :-1]
        sorted_ = torch.where(inside, LEVELS * shares * here[..., :-1], until.diff(dim=-1))
        return torch.empty_like(sorted_).scatter_(-1, order, sorted_), None


def starting_at_0(sums: Tensor) -> Tensor:
    """Return cumulative sums (..., N) with a zero in front, (..., N + 1)."""
    return nn.functional.pad(sums, (1, 0))


def quantiles_along(directions: Tensor, feature: Tensor, mask: Tensor | None) -> Tensor:
    """Return the quantile means of the channel vectors along each direction, (B, K, L).

    Where there are many positions, they are dealt like cards among groups of directions, so that each position counts
    along some of them and every direction sees positions from everywhere.

    Args:
        directions: columns, (C, K).
        feature: (B, C, H, W).
        mask: as for `Loss.statistic`.
    """
    feature = precise(feature)
    shares = mask_weights(feature, mask).flatten(1).expand(len(feature), -1)  # (B, HW)
    rows = feature.permute(0, 2, 3, 1).flatten(1, 2)  # (B, HW, C), a view of a channels-last feature
    parts = zip(rows, shares, strict=True)
    return torch.stack([of_rows(directions, *(one if mask is None else counting(*one))) for one in parts])


def counting(rows: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Return the rows (N, C) that count, with their shares (N,). Reads back whether all do."""
    counts = shares > 0
    return (rows, shares) if bool(counts.all()) else (rows[counts], shares[counts])


def of_rows(directions: Tensor, rows: Tensor, shares: Tensor) -> Tensor:
    """Return the quantile means of rows (N, C), with the share of each (N,), along each direction (C, K): (K, L)."""
    groups = groups_for(len(rows), directions.shape[1])
    if groups > 1:
        dealt = deal(len(rows), groups, rows.device).flatten()
        shares = nn.functional.pad(shares, (0, 1)).index_select(0, dealt)
        rows = rows.index_select(0, dealt.clamp(max=len(rows) - 1))
    rows, shares = rows.view(groups, -1, rows.shape[1]), shares.view(groups, 1, -1)  # (G, M, C), (G, 1, M)
    ways = directions.to(rows).view(len(directions), groups, -1).transpose(0, 1)  # (G, C, K / G)
    values = (rows @ ways).mT.flatten(0, 1)  # (K, M)
    shares = (shares / shares.sum(-1, keepdim=True)).expand(-1, ways.shape[-1], -1).flatten(0, 1)
    result: Tensor = QuantileMeans.apply(values, shares)  # type: ignore[no-untyped-call]
    return result


def deal(number: int, groups: int, device: torch.device) -> Tensor:
    """Return the positions of each group, (G, M), when they are dealt like cards; `number` itself is no position.

    Example:
        >>> deal(5, 2, torch.device("cpu")).shape
        torch.Size([2, 3])
    """
    size = -(-number // groups)
    padded = nn.functional.pad(shuffled(number, device), (0, groups * size - number), value=number)
    return padded.view(size, groups).T


def groups_for(positions: int, directions: int) -> int:
    """Return into how many groups positions are dealt for each to be `ENOUGH` at most: a power of two.

    Example:
        >>> groups_for(2048, 64), groups_for(2049, 64), groups_for(10**9, 48)
        (1, 2, 16)
    """
    groups = 1
    while positions > groups * ENOUGH and directions % (2 * groups) == 0:
        groups *= 2
    return groups


def relative_transport(statistic: Tensor, target: Tensor) -> Tensor:
    r"""Return the squared Wasserstein distance of distributions from their targets, relative, (B,).

    .. math:: 4 \, \frac{\sum_k \overline{(\tilde q_k - \tilde q_k^*)^2}}{\sum_k \overline{\tilde q_k^{*2}}}
              + \frac{\sum_k (\mu_k - \mu_k^*)^2}{\sum_k \mu_k^{*2}}

    with :math:`\mu` the mean over the levels and :math:`\tilde q = q - \mu`: as in `covariance` means and the rest
    count apart, and a spread that is next to nothing beside the mean, that of a blank picture, is not divided by. The
    4 lets a weight mean what it means there: where a deviation is a hundredth too large, the variance is two.

    Args:
        statistic: quantile means, (B, K, L).
        target: the same of the reference.
    """
    mean, wanted = statistic.mean(-1), target.mean(-1)  # (B, K)
    rest = (statistic - mean[..., None]) - (target - wanted[..., None])
    squared_mean = wanted.square().sum(-1)
    spread = (target - wanted[..., None]).square().mean(-1).sum(-1) + 1e-3 * squared_mean + 1e-12
    return 4 * rest.square().mean(-1).sum(-1) / spread + (mean - wanted).square().sum(-1) / (
        squared_mean + 1e-12
    )
