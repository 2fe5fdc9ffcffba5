"""Keep pixels within what a file can hold."""

from torch import Tensor

from scumble.losses.base import Loss, losses
from scumble.losses.excess import mean_squared_excess

GRAY = 0.5
MARGIN = 3 / 255  # from black and from white: the pull begins before pixels are clipped


@losses("range")
class RangeLoss(Loss):
    r"""Penalize values near and beyond the ends of [0, 1], mean of squares.

    .. math:: \overline{\max(0, x - (1 - m))^2 + \max(0, m - x)^2}, \qquad m = 3 / 255

    The picture is free while it is painted; what leaves [0, 1] is clipped in the end, and a clipped patch is flat.
    The statistic is the image itself, (B, C, H, W), and where masked out, gray.
    """

    reference = "none"
    on_image = True

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return feature if mask is None else GRAY + (feature - GRAY) * mask

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        del target
        return mean_squared_excess(statistic, MARGIN, 1 - MARGIN)
