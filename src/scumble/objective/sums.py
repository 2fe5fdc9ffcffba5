"""Covariances and means of all regions of a layer at once, with the gradient by hand.

One product each way, where autograd makes three and several copies. What is added up is counted from a center near
the mean and is float32, whatever the layers compute in: a covariance is the small difference of large sums, and the
loss asks for the small difference of two covariances.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.machine.arithmetic import is_quick
from scumble.machine.onednn import quick_product
from scumble.objective.partition import Partition, Whole

BLOCK = 2**19
"""Numbers that are centered at once, 2 MB in float32: they stay in the cache.

A whole layer goes to memory and back twice: at 512 x 384 on two cores with AMX an evaluation takes 51 ms so, in
blocks 34; without AMX, where convolutions take most of the time, the two are alike.
"""


def in_blocks(rows: Tensor) -> Iterator[slice]:
    """Yield chunks (n, L, C) a few at a time, which stay in the cache of a processor; all at once elsewhere."""
    number, length, channels = rows.shape
    few = max(1, BLOCK // (length * channels)) if rows.device.type == "cpu" else max(1, number)
    for first in range(0, max(1, number), few):
        yield slice(first, min(first + few, number))


class LayerMoments:
    """Read the moments of a layer's regions: covariance and mean side by side, (K, C, C + 1), float32 or better.

    Args:
        layout: where the regions lie.
        center: (K, C), the point that rows are counted from. The result is the same for any, and the more precise
            the nearer it is to the mean.
    """

    def __init__(self, layout: Whole | Partition, center: Tensor) -> None:
        self.layout, self.center = layout, center

    def __call__(self, feature: Tensor) -> Tensor:
        """Return the moments of a feature, (1, C, H, W), in the precision of the center."""
        result: Tensor = Sums.apply(feature, self.layout, self.center)  # type: ignore[no-untyped-call]
        return result


class Sums(Function):
    r"""The function of `LayerMoments`.

    With the rows :math:`h = f - c` from a center, weights that sum to 1, and the mean :math:`\delta` of the
    :math:`h`,

    .. math:: \Sigma = \sum w h h^\top - \delta \delta^\top, \quad \mu = c + \delta

    and for gradients :math:`D` of the covariance and :math:`d` of the mean

    .. math:: \partial L / \partial f = w \left( (D + D^\top)(f - \mu) + d \right)

    That the mean moves, too, adds nothing, since the weighted residuals sum to 0.
    """

    @staticmethod
    def forward(ctx: Any, feature: Tensor, layout: Whole | Partition, center: Tensor) -> Tensor:
        rows, share = layout.rows(feature), layout.share(feature)  # (n, L, C)
        squares, sums = [], []
        product = quick_product if is_quick(rows) else torch.matmul
        for block in in_blocks(rows):
            centered = layout.centered(rows, center, feature.shape, block)
            weighted = layout.weigh(centered, block)
            squares.append(product(weighted.mT, centered))
            sums.append(weighted.sum(1, keepdim=True))
        products = layout.add_up(torch.cat(squares)) * share
        offset = layout.add_up(torch.cat(sums)) * share  # (K, 1, C), the mean from the center
        mean = offset[:, 0] + center
        ctx.layout, ctx.feature, ctx.share = layout, feature.shape, share
        ctx.save_for_backward(rows, mean)
        covariance = torch.baddbmm(products, offset.mT, offset, alpha=-1)
        return torch.cat([covariance, mean[..., None]], dim=-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        rows, mean = ctx.saved_tensors
        gradient = gradients[0] * ctx.share
        of_covariance, of_mean = gradient[..., :-1], gradient[..., -1]
        matrices = of_covariance + of_covariance.mT
        return ctx.layout.pull_back(rows, mean, matrices, of_mean, ctx.feature), None, None
