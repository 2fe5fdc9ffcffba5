"""Match the mean and the centered covariance of the activations: the default style loss."""

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses, mask_weights, relative_squared_distance, weighted_mean


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
        weights = mask_weights(feature, mask)
        mean = weighted_mean(feature, weights)  # (B, C)
        centered = feature - mean[..., None, None]
        weighted = (centered * weights).flatten(2)  # (B, C, HW)
        covariance = weighted @ centered.flatten(2).transpose(1, 2)
        return torch.cat([covariance, mean[..., None]], dim=-1)

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        squared_mean = target[..., -1].square().sum(-1)  # (B,)
        floor = (1e-3 * squared_mean).square() + 1e-12
        covariances = relative_squared_distance(statistic[..., :-1], target[..., :-1], floor)
        return covariances + relative_squared_distance(statistic[..., -1], target[..., -1])
