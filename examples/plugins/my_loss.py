"""A loss of one's own, to copy and change: keep the photograph's light and shade, and leave all else to the painting.

    scumble stylize examples/chelsea.png examples/styles/stained-glass.jpg --strength 85 \\
        --plugin examples/plugins/my_loss.py --weight.light 2

At high strength a style loss moves light and dark to wherever its texture falls, and the picture is hard to
recognize. Here the picture is compared with the content as one sees it through half-closed eyes: gray, and so small
that no stroke is left of it.
"""

from torch import Tensor
from torch.nn import functional as F

from scumble.losses.base import Loss, losses

SIDE = 24  # cells across and down, whatever the picture's size: larger keeps finer shade


@losses("light")  # the name behind --weight.
class LightLoss(Loss):
    """Compare how light each of 24 x 24 cells of the picture is with the content's."""

    reference = "content"  # compared with the content; "style", "pictures" and "none" are the others
    on_image = True  # reads the picture itself, (B, 3, H, W) in [0, 1]; otherwise layers of the network
    follows_strength = False  # or it would fade just where it is wanted: content losses do at high strength
    fits_tiles = False  # its statistic is none of single pixels, so pictures are painted whole

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return what is compared, here (B, 1, 24, 24); where the mask is 0, nothing may count."""
        gray = feature.mean(1, keepdim=True)
        return F.adaptive_avg_pool2d(gray if mask is None else gray * mask, SIDE)

    # How far apart two statistics are, `Loss.distance` says: their squared distance over the target's own square.
    # That makes a weight mean the same at every size. Define `distance(self, statistic, target)` for another.
