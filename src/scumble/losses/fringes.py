"""Keep colors from running along edges in fringes that the content has not."""

from torch import Tensor

from scumble.losses.base import losses
from scumble.losses.palette import ChannelDifferences
from scumble.losses.roughness import RoughnessLoss


@losses("fringes")
class FringesLoss(RoughnessLoss):
    r"""Penalize changes of color between neighbors where they are larger than the content's, mean of squares.

    .. math:: \tfrac12 \left( \overline{\max(0, |\partial_x d_a| - |\partial_x d_c|)^2}
              + \overline{\max(0, |\partial_y d_a| - |\partial_y d_c|)^2} \right),

    with the differences of channels :math:`d = (r - g,\; g - b,\; b - r)`.

    As `roughness`, but of colors alone: strokes may be as sharp as they like in light and dark. A network that reads
    three channels leaves rainbows along edges, worst where a style has next to no color.
    """

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        colors: Tensor = ChannelDifferences.apply(feature)  # type: ignore[no-untyped-call]
        return super().statistic(colors, mask)
