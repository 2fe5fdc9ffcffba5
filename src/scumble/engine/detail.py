"""The detail dial, 0 to 100: how much of the content's fine structure stays.

Large forms are decided at coarse scales. With all detail, each finer scale begins with what the content has more of
there, and its content losses hold on to it: a photograph under brush strokes. With none, finer scales are for the
brush alone, and the content counts a quarter as much at each.
"""

import math

from scumble.losses.base import losses
from scumble.options import Options
from scumble.plan.pyramid import Scale
from scumble.plan.strength import content_factor


def detail_share(options: Options) -> float:
    """Return how much of the content's detail a larger scale begins with: as the dial says, and none at strength 100.

    Example:
        >>> detail_share(Options(detail=100)), detail_share(Options(detail=40)), detail_share(Options(strength=100))
        (1.0, 0.4, 0.0)
    """
    return options.detail / 100 * min(1.0, math.sqrt(content_factor(options.strength)))


def content_share(detail: float, times: float) -> float:
    r"""Return what the content counts at a scale so many times as large as the coarsest, :math:`t^{-2 (1 - d)}`.

    Example:
        >>> content_share(0, 2), content_share(50, 4), content_share(100, 8)
        (0.25, 0.25, 1.0)
    """
    return float(times ** (-2 * (1 - detail / 100)))


def at_scale(options: Options, scale: Scale, coarsest: Scale) -> Options:
    """Return the options with the weights of content losses of layers as they are at a scale."""
    share = content_share(options.detail, max(scale.size) / max(coarsest.size))
    if share == 1:
        return options
    weights = {
        name: weight * share if losses[name].reference == "content" and not losses[name].on_image else weight
        for name, weight in options.weight.items()
    }
    return options.replace(weight=weights)
