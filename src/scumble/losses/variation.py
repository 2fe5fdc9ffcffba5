"""Keep neighbors alike: smoothing."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.losses.base import Loss, losses
from scumble.losses.excess import mean_squared_excess


class Neighbors(Function):
    """All differences of neighbors, (B, C, 2, H, W), 0 past the last column and row, with the gradient by hand.

    A slice's gradient is a whole picture of zeros under autograd, and there are six slices.
    """

    @staticmethod
    def forward(_: Any, image: Tensor) -> Tensor:
        batch, channels, height, width = image.shape
        differences = image.new_empty(batch, channels, 2, height, width)
        across, down = differences.unbind(2)
        torch.sub(image[..., 1:], image[..., :-1], out=across[..., :-1])
        torch.sub(image[..., 1:, :], image[..., :-1, :], out=down[..., :-1, :])
        across[..., -1], down[..., -1, :] = 0, 0
        return differences

    @staticmethod
    def backward(_: Any, *gradients: Tensor) -> Tensor:
        across, down = gradients[0].unbind(2)  # of what is 0 past the last column and row, it is 0
        result = -across
        result[..., 1:] += across[..., :-1]
        result -= down
        result[..., 1:, :] += down[..., :-1, :]
        return result


class Differences(Loss):
    """What `variation` and `roughness` share: the differences of neighbors."""

    on_image = True

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        differences: Tensor = Neighbors.apply(feature)  # type: ignore[no-untyped-call]
        return differences if mask is None else differences * both_count(mask)


def both_count(mask: Tensor) -> Tensor:
    """Return for each difference of neighbors how much both of them count, (B, 1, 2, H, W)."""
    across, down = torch.zeros_like(mask), torch.zeros_like(mask)
    across[..., :-1] = mask[..., 1:] * mask[..., :-1]
    down[..., :-1, :] = mask[..., 1:, :] * mask[..., :-1, :]
    return torch.stack([across, down], dim=2)


@losses("variation")
class VariationLoss(Differences):
    r"""Penalize squared differences of neighboring pixels, the mean of both directions.

    .. math:: \tfrac12 \left( \overline{(x_{i,j+1} - x_{i,j})^2} + \overline{(x_{i+1,j} - x_{i,j})^2} \right)

    Squares, not magnitudes: strong edges pay more than they would under total variation, dots pay most.

    Reference:
        Mahendran, Vedaldi: Understanding Deep Image Representations by Inverting Them (2014),
        https://arxiv.org/abs/1412.0035, with beta = 2.
    """

    reference = "none"

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        return mean_squared_excess(statistic, target, target)
