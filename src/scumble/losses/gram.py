"""Match which features fire together, wherever they do."""

from torch import Tensor

from scumble.losses.base import Loss, losses, mask_weights, precise


def gram_matrix(feature: Tensor, mask: Tensor | None = None) -> Tensor:
    r"""Return the channel co-occurrence matrix of each feature map in a batch.

    With :math:`f_p` the channel vector at position :math:`p` and :math:`m_p` its mask weight,

    .. math:: G = \sum_p m_p \, f_p f_p^\top / \sum_p m_p

    a mean over positions, so that it does not grow with the picture.

    Args:
        feature: (B, C, H, W), any floating dtype.
        mask: [0, 1], (B or 1, 1, H, W); all ones when omitted.

    Returns:
        Symmetric positive semi-definite matrices, (B, C, C).

    Raises:
        UsageError: the mask has another size than the feature, or selects nothing.

    Example:
        >>> import torch
        >>> feature = torch.tensor([[1.0, 3.0], [2.0, 0.0]]).reshape(1, 2, 1, 2)
        >>> gram_matrix(feature)
        tensor([[[5., 1.],
                 [1., 2.]]])

    Reference:
        Gatys, Ecker, Bethge: A Neural Algorithm of Artistic Style (2015), https://arxiv.org/abs/1508.06576
    """
    feature = precise(feature)
    positions = feature.flatten(2)  # (B, C, HW)
    if mask is None:
        return positions @ positions.transpose(1, 2) / positions.shape[-1]
    weighted = (feature * mask_weights(feature, mask)).flatten(2)
    return weighted @ positions.transpose(1, 2)


class GramStatistic(Loss):
    """What the Gram losses share: the statistic. They differ in their units."""

    reference = "style"

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        return gram_matrix(feature, mask)

    def of_moments(self, moments: Tensor) -> Tensor:
        mean = moments[..., -1:]  # (B, C, 1)
        return moments[..., :-1].baddbmm(mean, mean.mT)


@losses("gram")
class GramLoss(GramStatistic):
    r"""Compare Gram matrices relative to the style's: :math:`|G - G^*|_F^2 / |G^*|_F^2`."""


@losses("gram-gatys")
class GatysGramLoss(GramStatistic):
    r"""Compare Gram matrices in the units of Gatys et al. (2015), eq. 4, and of the Coursera exercise.

    .. math:: \frac{1}{4 C^2 (HW)^2} \sum (G^S - G^G)^2

    with :math:`G` the sum over positions. Here :math:`G / HW` is compared, each picture with its own `HW`:
    the same number where both have one size, and still meaningful where they have not.
    """

    def size(self, target: Tensor) -> float:
        return 4.0 * target.shape[-1] ** 2


@losses("gram-keras")
class KerasGramLoss(GramStatistic):
    r"""Compare Gram matrices in the units of the Keras example, whose constant knows only the picture's size.

    .. math:: \frac{1}{4 \cdot 3^2 \, (HW)^2} \sum (G^S - G^G)^2

    with :math:`G` the sum over the layer's positions and `HW` the number of pixels of the picture, so that
    each halving of the feature map weighs a sixteenth. The style is taken as if it had the picture's size.
    """

    def size(self, _: Tensor) -> float:
        return 4.0 * 3**2

    def factor(self, positions: int, pixels: int) -> float:
        return (positions / pixels) ** 2
