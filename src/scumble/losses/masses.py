"""Keep masses of light and dark as they are from afar, and leave what is close up to the style."""

from torch import Tensor
from torch.nn import functional as F

from scumble.losses.base import Loss, losses, precise

RADIUS = 4  # pixels to each side that a place's light is the mean of
LUMA = (0.299, 0.587, 0.114)
FEW = (
    2**18
)  # pixels of a picture: in one of more, the squares of nine pixels are less and less what one sees from afar


@losses("masses")
class MassesLoss(Loss):
    r"""Compare lightness, blurred, with the content's, mean of squares.

    .. math:: \overline{(k * (l_a - l_c))^2} \cdot \min(1, 2^{18} / \text{pixels})

    with the lightness :math:`l = 0.299 r + 0.587 g + 0.114 b` and the mean :math:`k` over 9 x 9 pixels, fewer at the
    edges. Activations of deep layers are the same for a light shape on dark and a dark one on light: a content loss
    that leaves strokes free leaves light free, too, and masses dissolve. Large forms are decided at coarse scales,
    where nine pixels are a fair part of the picture. The statistic is (B, 1, H, W).
    """

    reference = "content"
    on_image = True
    reach = RADIUS

    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        image = precise(feature if mask is None else feature * mask)
        light = (image * image.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
        for kernel in ((2 * RADIUS + 1, 1), (1, 2 * RADIUS + 1)):
            padding = (kernel[0] // 2, kernel[1] // 2)
            light = F.avg_pool2d(light, kernel, 1, padding, count_include_pad=False)
        return light if mask is None else light * mask

    def size(self, target: Tensor) -> float:
        return float(target[0].numel())

    def factor(self, positions: int, pixels: int) -> float:
        del positions
        return min(1.0, FEW / pixels)
