"""Keep the content's activations in place."""

from torch import Tensor

from scumble.losses.base import Loss, losses, precise


def masked(feature: Tensor, mask: Tensor | None) -> Tensor:
    """Return the feature where the mask counts, zero elsewhere, (B, C, H, W)."""
    return precise(feature) if mask is None else precise(feature) * mask


@losses("content")
class ContentLoss(Loss):
    r"""Compare activations position by position, relative to how much the content's vary.

    .. math:: \frac{1}{C H W} \sum (a - a^*)^2 / \mathrm{var}(a^*)

    Gatys et al. (2015), https://arxiv.org/abs/1508.06576, leave out the variance, and their cost grows
    with the picture: that is `content-gatys`.
    """

    reference = "content"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return masked(feature, mask)

    def size(self, target: Tensor) -> Tensor:
        return target[0].numel() * (target.var((1, 2, 3), correction=0) + 1e-12)


@losses("content-gatys")
class GatysContentLoss(Loss):
    r"""Half the sum of squares, in the units of Gatys et al. (2015), https://arxiv.org/abs/1508.06576, eq. 1.

    .. math:: \tfrac12 \sum (F - P)^2
    """

    reference = "content"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return masked(feature, mask)

    def size(self, _: Tensor) -> float:
        return 2.0


@losses("content-coursera")
class CourseraContentLoss(Loss):
    r"""A quarter of the mean of squares, in the units of the Coursera exercise and its descendants.

    .. math:: \frac{1}{4 H W C} \sum (a_C - a_G)^2
    """

    reference = "content"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return masked(feature, mask)

    def size(self, target: Tensor) -> float:
        return 4.0 * target[0].numel()
