"""Keep colors among those that the pictures have."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.losses.base import Loss, losses
from scumble.losses.excess import mean_squared_excess


class ChannelDifferences(Function):
    """Each channel less the next one, and the last less the first, (B, C, H, W), with the gradient by hand.

    Under autograd a copy is turned round each way: three times as long.
    """

    @staticmethod
    def forward(_: Any, image: Tensor) -> Tensor:
        differences = torch.empty_like(image)
        torch.sub(image[:, :-1], image[:, 1:], out=differences[:, :-1])
        torch.sub(image[:, -1:], image[:, :1], out=differences[:, -1:])
        return differences

    @staticmethod
    def backward(_: Any, *gradients: Tensor) -> Tensor:
        (gradient,) = gradients
        result = torch.empty_like(gradient)
        torch.sub(gradient[:, 1:], gradient[:, :-1], out=result[:, 1:])
        torch.sub(gradient[:, :1], gradient[:, -1:], out=result[:, :1])
        return result


@losses("palette")
class PaletteLoss(Loss):
    r"""Penalize differences of channels that neither content nor style has, mean of squares.

    .. math:: \overline{(d - \mathrm{clamp}(d, l, u))^2}, \qquad d = (r - g,\; g - b,\; b - r)

    with the least :math:`l` and the largest :math:`u` of each difference in all pictures together. What is left free
    is the hexagon of colors around theirs, whatever their lightness: a gray photograph painted in the style of a gray
    drawing stays gray, where a network that has only seen colors would put some. The statistic is a pixel's
    differences, (B, C, H, W).
    """

    reference = "pictures"
    on_image = True

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        differences: Tensor = ChannelDifferences.apply(feature)  # type: ignore[no-untyped-call]
        return differences if mask is None else differences * mask

    def joined(self, statistics: Iterable[Tensor]) -> Tensor:
        """Return the ends of all differences as those of two pixels, (B, C, 1, 2): they have the same ends."""
        ends = [torch.stack([*one.flatten(2).aminmax(dim=2)], 2) for one in statistics]  # (B, C, 2) each
        return torch.cat(ends, 2).sort(2).values[:, :, None, [0, -1]]

    def against(self, target: Tensor) -> Callable[[Tensor], Tensor]:
        low, high = target.amin((2, 3), keepdim=True), target.amax((2, 3), keepdim=True)
        return lambda statistic: mean_squared_excess(statistic, low, high)
