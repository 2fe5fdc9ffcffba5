"""Keep pixels within what a file can hold."""

from torch import Tensor

from scumble.losses.base import Loss, losses

MARGIN = 3 / 255  # from black and from white: the pull begins before pixels are clipped


@losses("range")
class RangeLoss(Loss):
    r"""Penalize values near and beyond the ends of [0, 1], mean of squares.

    .. math:: \overline{\max(0, x - (1 - m))^2 + \max(0, m - x)^2}, \qquad m = 3 / 255

    The picture is free while it is painted; what leaves [0, 1] is clipped in the end, and a clipped patch is flat.
    The statistic is the excess, signed, (B, C, H, W).
    """

    reference = "none"
    on_image = True

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        excess = feature - feature.clamp(MARGIN, 1 - MARGIN)
        return excess if mask is None else excess * mask

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        return (statistic - target).square().mean()
