"""Match the mean and the centered covariance of the activations: the default style loss."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.losses.base import Loss, losses, mask_weights


class CenteredMoments(Function):
    r"""Covariance and mean of the channel vectors, (B, C, C) and (B, C), with the gradient by hand.

    .. math:: \partial L / \partial f_p = w_p \left( (D + D^\top)(f_p - \mu) + d \right)

    for gradients :math:`D` of the covariance and :math:`d` of the mean; that the mean moves, too, adds
    nothing, since the weighted residuals sum to 0. One product each way, where autograd makes three and
    several copies.
    """

    @staticmethod
    def forward(ctx: Any, feature: Tensor, shares: Tensor | None) -> tuple[Tensor, Tensor]:
        rows = feature.permute(0, 2, 3, 1).flatten(1, 2)  # (B, HW, C), a view of a channels-last feature
        ctx.size, ctx.precision = feature.shape[-2:], feature.dtype
        ctx.shares = None if shares is None else shares.flatten(2).mT  # (B, HW, 1)
        precision = torch.promote_types(feature.dtype, torch.float32)
        weighted = rows if shares is None else rows * ctx.shares
        mean = weighted.mean(1, dtype=precision) if shares is None else weighted.sum(1, dtype=precision)
        centered = rows - mean[:, None]  # in float32, where the network computes in bfloat16, too
        ctx.save_for_backward(centered)
        if shares is None:  # the factor goes to the small matrix: to every row it costs as much as the rest
            return centered.mT @ centered / rows.shape[1], mean
        return (centered * ctx.shares).mT @ centered, mean

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        of_covariance, of_mean = gradients
        (centered,) = ctx.saved_tensors
        symmetric = of_covariance + of_covariance.mT
        if ctx.shares is None:
            number = centered.shape[1]
            rows = torch.baddbmm(of_mean[:, None] / number, centered, symmetric / number)
        else:
            rows = torch.baddbmm(of_mean[:, None], centered, symmetric).mul_(ctx.shares)
        rows = rows.to(ctx.precision)
        return rows.view(rows.shape[0], *ctx.size, -1).permute(0, 3, 1, 2), None


@losses("covariance")
class CovarianceLoss(Loss):
    r"""Compare the first two moments of the channel vectors, each relative to the style's.

    .. math:: |\Sigma - \Sigma^*|_F^2 / |\Sigma^*|_F^2 + |\mu - \mu^*|^2 / |\mu^*|^2

    A Gram matrix is :math:`\Sigma + \mu \mu^\top`: dominated by the means, it leaves a small share to the way in
    which activations vary, and that is texture. Apart, both count.

    The statistic holds :math:`\Sigma` and :math:`\mu` side by side, (B, C, C + 1). A covariance a thousand
    times smaller than the squared mean, that of a blank picture, is not divided by.

    Reference:
        Li, Wang, Liu, Hou: Demystifying Neural Style Transfer (2017), https://arxiv.org/abs/1701.01036,
        on style losses as distances of distributions.
    """

    reference = "style"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        shares = None if mask is None else mask_weights(feature, mask)
        covariance, mean = CenteredMoments.apply(feature, shares)  # type: ignore[no-untyped-call]
        return torch.cat([covariance, mean[..., None]], dim=-1)

    def of_moments(self, moments: Tensor) -> Tensor:
        weight = moments[..., -1:, -1:]
        mean = moments[..., :-1, -1:] / weight  # (B, C, 1)
        return torch.cat([moments[..., :-1, :-1] / weight - mean @ mean.mT, mean], dim=-1)

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        difference, square = (statistic - target).square(), target.square()
        squared_mean = square[..., -1].sum(-1)  # (B,)
        size = square[..., :-1].sum((1, 2)) + (1e-3 * squared_mean).square() + 1e-12
        return difference[..., :-1].sum((1, 2)) / size + difference[..., -1].sum(1) / (squared_mean + 1e-12)
