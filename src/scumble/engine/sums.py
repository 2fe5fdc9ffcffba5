"""Covariances and means of all regions of a layer at once, with the gradient by hand.

One product each way, where autograd makes three and several copies. And the products can be made in bfloat16: rows
are counted from a center near their mean, so that nothing large cancels, and what a chunk adds up, which is rounded,
is added to the others in float32.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.engine.partition import Partition, Whole


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

    .. math:: \partial L / \partial f = w \left( (D + D^\top)(h - \delta) + d \right)

    That the mean moves, too, adds nothing, since the weighted residuals sum to 0.
    """

    @staticmethod
    def forward(ctx: Any, feature: Tensor, layout: Whole | Partition, center: Tensor) -> Tensor:
        chunks = layout.centered(feature, center.to(feature.dtype))  # (n, L, C)
        weighted, share = layout.weigh(chunks), layout.share(feature)
        products = layout.add_up(weighted.mT @ chunks) * share
        offset = layout.add_up(weighted.sum(1, keepdim=True)) * share  # (K, 1, C), the mean from the center
        ctx.layout, ctx.feature, ctx.share = layout, feature.shape, share
        ctx.save_for_backward(chunks, offset)
        covariance = torch.baddbmm(products, offset.mT, offset, alpha=-1)
        return torch.cat([covariance, (offset + center[:, None]).mT], dim=-1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        chunks, offset = ctx.saved_tensors
        gradient = gradients[0] * ctx.share
        of_covariance = gradient[..., :-1]
        matrices = of_covariance + of_covariance.mT
        rest = torch.baddbmm(gradient[..., -1:].mT, offset, matrices, alpha=-1)  # (K, 1, C)
        return ctx.layout.pull_back(chunks, matrices, rest, ctx.feature), None, None
