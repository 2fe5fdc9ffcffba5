"""Keep neighbors alike: smoothing."""

import torch
from torch import Tensor

from scumble.losses.base import Loss, losses


class Differences(Loss):
    """What `variation` and `roughness` share: all differences, (B, C, 2, H, W), 0 past the last column and row."""

    on_image = True

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        across = torch.zeros_like(feature)
        down = torch.zeros_like(feature)
        across[..., :-1] = feature.diff(dim=-1)
        down[..., :-1, :] = feature.diff(dim=-2)
        if mask is not None:
            across[..., :-1] *= mask[..., 1:] * mask[..., :-1]
            down[..., :-1, :] *= mask[..., 1:, :] * mask[..., :-1, :]
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
        return (statistic - target).square().mean()
