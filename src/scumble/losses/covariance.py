"""Match the mean and the centered covariance of the activations: the default style loss."""

from collections.abc import Callable

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses, mask_weights, precise


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
        feature = precise(feature)
        shares = mask_weights(feature, mask).flatten(2)  # (B or 1, 1, HW)
        rows = feature.flatten(2)  # (B, C, HW)
        mean = (rows * shares).sum(-1, keepdim=True)
        centered = rows - mean
        return torch.cat([(centered * shares) @ centered.mT, mean], dim=-1)

    def of_moments(self, moments: Tensor) -> Tensor:
        return moments

    def against(self, target: Tensor) -> Callable[[Tensor], Tensor]:
        square = target.square()
        squared_mean = square[..., -1].sum(-1)  # (B,)
        size = square[..., :-1].sum((1, 2)) + (1e-3 * squared_mean).square() + 1e-12
        share = torch.empty_like(target)  # what each square counts
        share[..., :-1], share[..., -1] = 1 / size[:, None, None], 1 / (squared_mean[:, None] + 1e-12)
        return lambda statistic: ((statistic - target).square() * share).sum((1, 2))
