"""Match the mean and the deviation of each channel by itself."""

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses, mask_weights, precise, weighted_mean


@losses("moments")
class MomentLoss(Loss):
    r"""Compare the mean and the standard deviation of each channel, relative to the style's.

    .. math:: \frac{|\mu - \mu^*|^2 + |\sigma - \sigma^*|^2}{|\mu^*|^2 + |\sigma^*|^2}

    Cheaper than `covariance` and blind to which channels fire together, so looser in texture.
    The statistic is (B, C, 2).

    Reference:
        Huang, Belongie: Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization (2017),
        https://arxiv.org/abs/1703.06868
    """

    reference = "style"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        feature = precise(feature)
        weights = mask_weights(feature, mask)
        mean = weighted_mean(feature, weights)  # (B, C)
        variance = weighted_mean((feature - mean[..., None, None]).square(), weights)
        # The root of 0 has no gradient: a channel that never fires would give NaN.
        return torch.stack([mean, (variance + 1e-8).sqrt()], dim=-1)

    def of_moments(self, moments: Tensor) -> Tensor:
        variance = moments.diagonal(dim1=-2, dim2=-1)  # (B, C)
        return torch.stack([moments[..., -1], (variance.clamp(min=0) + 1e-8).sqrt()], dim=-1)
