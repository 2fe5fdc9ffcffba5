"""Artefacts: pixels at the end of a channel, where shades are lost."""

from torch import Tensor

HALF = 0.5 / 255


def share(image: Tensor) -> float:
    """Return the share of pixels with a channel at 0 or 1."""
    return float(((image <= HALF) | (image >= 1 - HALF)).any(1).float().mean())


def clipped(picture: Tensor, *references: Tensor) -> float:
    r"""Return the share of pixels with a channel at its end, over the references'; lower is better, 0 to 1.

    .. math:: \max(0, \; s(x) - s(\text{style})), \quad s = \frac1N \#\{p : \min_c x_{pc} \le \tfrac{0.5}{255}
       \text{ or } \max_c x_{pc} \ge \tfrac{254.5}{255}\}

    Args:
        picture: (1, 3, H, W), RGB, [0, 1].
        references: the style, of any size; without it, it is the picture's own share.
    """
    return max(0.0, share(picture) - max(map(share, references), default=0.0))
