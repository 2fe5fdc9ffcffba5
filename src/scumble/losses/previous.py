"""Stay near a picture that is there already, such as the frame before."""

from torch import Tensor

from scumble.losses.base import Loss, losses


@losses("previous")
class PreviousLoss(Loss):
    r"""The mean square of what pixels differ from the previous picture's, where that is to be trusted.

    .. math:: \frac{1}{3 H W} \sum_p c_p \, |x_p - \omega_p|^2

    with the previous picture :math:`\omega`, its things moved to where they are now, and a mask :math:`c`, [0, 1]:
    the temporal loss of Ruder et al. (2016), https://arxiv.org/abs/1604.08610. The statistic is
    :math:`\sqrt{c_p}\, x_p`, (B, 3, H, W).
    """

    reference = "previous"
    on_image = True
    follows_strength = False

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return feature if mask is None else feature * mask.sqrt()

    def size(self, target: Tensor) -> float:
        return float(target[0].numel())
