"""Style: are the picture's colors the style's, in the style's shares."""

from torch import Tensor

from scumble.image.color import oklab
from scumble.measures.sliced import directions, wasserstein

COUNT = 32
ENOUGH = 20_000  # pixels


def colors(image: Tensor) -> Tensor:
    """Return the OkLab colors of an image's pixels along fixed directions, (COUNT, N)."""
    positions = image.shape[-2] * image.shape[-1]
    stride = next(odd for odd in range(1, 999, 2) if positions / odd**2 <= 1.5 * ENOUGH)
    return directions(COUNT, 3) @ oklab(image[..., ::stride, ::stride])[0].flatten(1)


def color(picture: Tensor, style: Tensor) -> float:
    r"""Return the sliced Wasserstein distance of OkLab colors; lower is better, 0 is equal, 1 at most.

    .. math:: \frac1K \sum_{k=1}^{K} W_1(\langle p, d_k \rangle, \langle q, d_k \rangle)

    over the pixels' colors `p` and `q` along :math:`K = 32` fixed unit vectors.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        style: (1, 3, H', W').

    Reference:
        Rabin et al.: Wasserstein Barycenter and its Application to Texture Mixing (2011).
    """
    return float(wasserstein(colors(picture), colors(style)))
