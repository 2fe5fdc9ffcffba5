"""What losses compare an image with place by place: a builder for each kind of reference, used whole and in tiles.

Styles, which are compared wherever things are, have a file of their own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.losses.base import Loss
from scumble.objective.compared import Compared
from scumble.objective.layer_regions import Size, size_of
from scumble.regions.found import Regions
from scumble.regions.turns import with_turns

Read = Callable[[Tensor, str], Tensor]
"""From a picture and the name of a layer to the whole layer, (1, C, H, W)."""
Select = Callable[[Tensor], Tensor]
"""From a whole layer, or a mask as large, to those positions that are looked at."""


@dataclass(frozen=True)
class Pictures:
    """What the images of a scale are compared with.

    Args:
        content: (1, 3, H, W), RGB, [0, 1].
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.
        regions: of content and styles, or None.
        previous: (1, 3, H, W), such as the frame before, its things moved to where they are now; or None.
        trust: where that one counts, (1, 1, H, W), [0, 1]; everywhere when None.
    """

    content: Tensor
    styles: Sequence[Tensor]
    shares: Sequence[float]
    regions: Regions | None = None
    previous: Tensor | None = None
    trust: Tensor | None = None

    @property
    def size(self) -> Size:
        """Height and width of the scale."""
        return size_of(self.content)

    def turned(self, turns: Sequence[str]) -> "Pictures":
        """Return the pictures with turned copies of the styles."""
        styles, shares, regions = with_turns(self.styles, self.shares, self.regions, turns)
        return replace(self, styles=styles, shares=shares, regions=regions)


def everything(whole: Tensor) -> Tensor:
    """Return all positions."""
    return whole


@dataclass(frozen=True)
class Reference:
    """What one loss compares one layer with.

    Args:
        loss: of any kind of reference but `style`.
        feature: of the reference picture, (1, C, H, W).
        mask: where it counts, (1, 1, H, W); everywhere when None.
        joint: what every place is compared with, of a loss that looks at all pictures together.
    """

    loss: Loss
    feature: Tensor
    mask: Tensor | None = None
    joint: Tensor | None = None

    def statistic(self, feature: Tensor, part: Select = everything) -> Tensor:
        """Return the loss's statistic of a layer of the image, of which only some positions may be there."""
        return self.loss.statistic(feature, None if self.mask is None else part(self.mask))

    def target(self, part: Select = everything, own: Select = everything) -> Tensor:
        """Return what it is compared with; of a statistic of some positions, `own` leaves those that count."""
        if self.joint is not None:
            return self.joint
        found = own(self.statistic(part(self.feature), part))
        return torch.zeros_like(found) if self.loss.reference == "none" else found

    def size(self) -> Tensor | float:
        """Return what squared distances at all places are divided by."""
        return self.loss.size(self.target())


def to_content(loss: Loss, layer: str, pictures: Pictures, compared: Compared, read: Read) -> Reference:
    """Return the content as a reference."""
    del compared
    return Reference(loss, read(pictures.content, layer))


def to_previous(loss: Loss, layer: str, pictures: Pictures, compared: Compared, read: Read) -> Reference:
    """Return the previous picture as a reference, where it is to be trusted."""
    picture, mask = pictures.previous, pictures.trust
    assert picture is not None  # `require_previous` has seen to it
    if mask is not None and layer != "image":
        size = compared.backbone.layer_size(layer, *pictures.size)
        mask = F.interpolate(mask, size, mode="bilinear", antialias=True)
    return Reference(loss, read(picture, layer), mask)


def to_pictures(loss: Loss, layer: str, pictures: Pictures, compared: Compared, read: Read) -> Reference:
    """Return all pictures together as a reference."""
    joint = compared.joint(loss, pictures.content, pictures.styles)
    return Reference(loss, read(pictures.content, layer), joint=joint)


BUILDERS: Mapping[str, Callable[[Loss, str, Pictures, Compared, Read], Reference]] = {
    "content": to_content,
    "previous": to_previous,
    "pictures": to_pictures,
    "none": to_content,  # of which only the shape counts: it is compared with zeros
}
"""By the `reference` of a loss; each takes the loss, a layer, the pictures, what is compared, and how to read it."""
