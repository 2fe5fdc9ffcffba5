"""Artefacts: a frame around the picture, as padding leaves it."""

from torch import Tensor

from scumble.image.frame import frame


def frame_of(image: Tensor) -> float:
    """Return the frame of a picture (1, 3, H, W)."""
    return frame(image[0].permute(1, 2, 0).numpy())


def border(picture: Tensor, *references: Tensor) -> float:
    r"""Return how much more of a frame there is than in the references; lower is better, 0 or more.

    .. math:: \max(0, \; f(x) - f(c)), \quad f = \frac{|\mu_o - \mu_i|}{(\sigma_o + \sigma_i) / 2 + \epsilon}
       + \left|\log \frac{\rho_o + \epsilon}{\rho_i + \epsilon}\right|

    with mean, deviation and roughness of the outer ring of 4 pixels and of the ring just inside,
    :math:`\epsilon = 0.02`. Photographs have `f` of 0.02 to 0.2; pictures below 24 pixels, which
    have no inside, 0.

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        references: the content, of any size; without it, it is the picture's own `f`.
    """
    return max(0.0, frame_of(picture) - max(map(frame_of, references), default=0.0))
