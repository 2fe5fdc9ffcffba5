"""Style: are the picture's small patches those of the style, at several scales."""

from torch import Tensor
from torch.nn import functional as F

from scumble.measures.luma import shrunk
from scumble.measures.sliced import directions, wasserstein

SIDE = 7
COUNT = 64
SCALES = 4
ENOUGH = 20_000  # positions; more cost time in sorting and change the third digit


def responses(image: Tensor) -> Tensor:
    """Return the projections of an image's patches, (COUNT, N); strides are odd, to meet grids at every phase."""
    filters = directions(COUNT, 3 * SIDE * SIDE).view(COUNT, 3, SIDE, SIDE)
    positions = (image.shape[-2] - SIDE + 1) * (image.shape[-1] - SIDE + 1)
    stride = next(odd for odd in range(1, 999, 2) if positions / odd**2 <= 1.5 * ENOUGH)
    return F.conv2d(image, filters, stride=stride)[0].flatten(1)


def patches(picture: Tensor, style: Tensor) -> float:
    r"""Return the sliced Wasserstein distance of 7x7 RGB patches, mean of 4 scales; lower is better, 0 is equal.

    .. math:: \frac1{4 K} \sum_{s=0}^{3} \sum_{k=1}^{K} W_1(\langle P_s, d_k \rangle, \langle Q_s, d_k \rangle)

    with :math:`P_s, Q_s` the patches of picture and style halved `s` times, and :math:`K = 64` fixed unit
    vectors :math:`d_k`. Pictures too small for a patch are not halved further.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        style: (1, 3, H', W').

    Reference:
        Heitz et al.: A Sliced Wasserstein Loss for Neural Texture Synthesis (2021), https://arxiv.org/abs/2006.07229,
        with patches in place of features.
    """
    smallest = min(*picture.shape[-2:], *style.shape[-2:])
    scales = [scale for scale in range(SCALES) if smallest >> scale >= SIDE] or [0]
    found = [wasserstein(responses(shrunk(picture, s)), responses(shrunk(style, s))) for s in scales]
    return float(sum(found) / len(found))
