"""Content: would one know the picture from across the room."""

from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import luma

EDGE = 64  # pixels, the long edge of what is left to be seen


def from_afar(image: Tensor) -> Tensor:
    """Return lightness at a long edge of `EDGE` pixels, without its mean, (1, 1, h, w)."""
    factor = min(1.0, EDGE / max(image.shape[-2:]))
    height, width = (max(1, round(side * factor)) for side in image.shape[-2:])
    small = F.interpolate(luma(image), (height, width), mode="bilinear", antialias=True)
    return small - small.mean()


def afar(picture: Tensor, content: Tensor) -> float:
    r"""Return the correlation of lightness at 64 pixels; higher is better, -1 to 1, 1 is equal.

    .. math:: \frac{\langle a, b \rangle}{|a| \, |b|}

    with :math:`a, b` picture and content at a long edge of 64 pixels, their means removed. What a painting redraws
    close up it keeps from afar. Of two pictures without any light and dark it is 1, of one 0.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        content: the same size.
    """
    one, other = from_afar(picture), from_afar(content)
    lengths = [float(each.norm()) for each in (one, other)]
    if min(lengths) < 1e-6:
        return float(max(lengths) < 1e-6)
    return max(-1.0, min(1.0, float((one * other).sum()) / (lengths[0] * lengths[1])))
