"""Keep neighbors as alike as the content's: smoothing that spares its edges."""

from collections.abc import Callable

from torch import Tensor

from scumble.losses.base import losses
from scumble.losses.excess import mean_squared_excess
from scumble.losses.variation import Differences


@losses("roughness")
class RoughnessLoss(Differences):
    r"""Penalize differences of neighboring pixels where they are larger than the content's, mean of squares.

    .. math:: \tfrac12 \left( \overline{\max(0, |\partial_x a| - |\partial_x c|)^2}
              + \overline{\max(0, |\partial_y a| - |\partial_y c|)^2} \right)

    As `variation` against dots and grain, but a picture painted in its own style is let be. It is no likeness to
    the content, so the strength does not move its weight.
    """

    reference = "content"
    follows_strength = False

    def against(self, target: Tensor) -> Callable[[Tensor], Tensor]:
        free = target.abs()
        bound = -free
        return lambda statistic: mean_squared_excess(statistic, bound, free)
