"""What a picture is painted beyond its edges, to be cut off in the end, as printers do.

What lies beyond the edge of a picture is made up by padding, and strokes fade toward it: a soft frame. So content
and styles are continued, mirrored, and the edges of what is painted are not those of what is seen. Style losses
count what is seen alone (`Compared.margin`); else the picture, cut, has less of the style.
"""

from dataclasses import replace

from torch import Tensor
from torch.nn import functional as F

from scumble.plan.pyramid import Scale
from scumble.regions.found import Regions


def continued(image: Tensor, across: int, down: int | None = None) -> Tensor:
    """Return an image (1, C, H, W) with so many columns, and rows or as many, more at each edge, mirrored.

    Example:
        >>> import torch
        >>> continued(torch.tensor([1.0, 2, 3]).view(1, 1, 1, 3), 2, 0).flatten()
        tensor([3., 2., 1., 2., 3., 2., 1.])
    """
    down = across if down is None else down
    return F.pad(image, (across, across, down, down), mode="reflect") if across or down else image


def trimmed(image: Tensor, bleed: int) -> Tensor:
    """Return a view of an image (1, C, H, W) without so many rows and columns at each edge."""
    return image[..., bleed : image.shape[-2] - bleed, bleed : image.shape[-1] - bleed]


def continued_style(style: Tensor, scale: Scale) -> Tensor:
    """Return a style (1, C, h, w), or its regions in any size, with as much of a bleed as the content has at a scale.

    What is made up at the content's edges is then made up at the style's, too: a picture in its own style stays.
    """
    height, width = style.shape[-2:]
    bleed = min(round(scale.bleed * max(height, width) / max(scale.size)), min(height, width) - 1)
    return continued(style, bleed)


def continued_regions(regions: Regions | None, scale: Scale) -> Regions | None:
    """Return regions, in any size, as those of a scale's canvas and of styles with their bleed."""
    if regions is None or not scale.bleed:
        return regions
    height, width = regions.content.shape[-2:]
    across, down = (
        round(scale.bleed * side / whole) for side, whole in ((width, scale.width), (height, scale.height))
    )
    content = continued(regions.content, min(across, width - 1), min(down, height - 1))
    styles, repeats = (
        tuple(continued_style(one, scale) for one in parts) for parts in (regions.styles, regions.repeats)
    )
    return replace(regions, content=content, styles=styles, repeats=repeats)
