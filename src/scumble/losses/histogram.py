"""Match how often each activation occurs, channel by channel."""

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses
from scumble.losses.quantiles import quantiles_along, relative_transport


@losses("histogram")
class HistogramLoss(Loss):
    r"""Compare the histogram of each channel's activations with the style's, relative to the style's spread.

    Risser et al. pull each activation to its counterpart :math:`R(f)`, the value of equal rank in the style's
    histogram, :math:`|f - R(f)|^2`. Summed over a channel that is the squared distance of the quantile functions,

    .. math:: \sum_c \int_0^1 (Q_c(u) - Q_c^*(u))^2 du / \sum_c \mathrm{var}(f_c^*)

    computed here from 64 quantile means of each channel, (B, C, 64), with means and the rest apart, and a 4 in
    front, as `relative_transport` says. It sees sparse and skewed activations, which mean and variance do not tell
    from others, and is blind to which channels fire together.

    Reference:
        Risser, Wilmot, Barnes: Stable and Controllable Neural Texture Synthesis and Style Transfer Using Histogram
        Losses (2017), https://arxiv.org/abs/1701.08893
    """

    reference = "style"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return quantiles_along(
            torch.eye(feature.shape[1], dtype=torch.float32, device=feature.device), feature, mask
        )

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        return relative_transport(statistic, target)
