"""The part of the content that is left untouched: outside its masks, a picture is its content."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.image.masks import Masks
from scumble.objective.layer_regions import faded
from scumble.optimizers.base import Evaluate, Evaluation
from scumble.regions.bleed import continued


@dataclass(frozen=True)
class Painted:
    """What of a scale is painted.

    Args:
        mask: (1, 1, H, W): 0 where the content is left untouched.
        content: as it is, (1, 3, H, W).
    """

    mask: Tensor
    content: Tensor

    def blended(self, image: Tensor) -> Tensor:
        """Return the content where it is left untouched, else the image, exactly either at both ends."""
        return torch.lerp(self.content, image, self.mask)

    def continued(self, bleed: int) -> "Painted":
        """Return what is painted of a canvas with so many pixels more at each edge."""
        return Painted(continued(self.mask, bleed), continued(self.content, bleed))

    def part_of(self, objective: Evaluate) -> Evaluate:
        """Return the objective of what `blended` shows: untouched pixels are seen, and have no gradient."""

        def evaluate(image: Tensor) -> Evaluation:
            evaluation = objective(self.blended(image))
            return replace(evaluation, gradient=evaluation.gradient * self.mask)

        return evaluate


def painted_part(masks: Masks, content: Tensor, feather: float) -> Painted:
    """Return what of a scale is painted.

    Args:
        masks: of the run.
        content: (1, 3, H, W).
        feather: width over which the mask fades, inside its borders, in hundredths of the long edge.
    """
    size = content.shape[-2:]
    drawn = torch.from_numpy(masks.painted)[None, None].to(content)
    mask = F.interpolate(drawn, size, mode="bilinear", antialias=True)
    return Painted(faded(mask, round(feather / 100 * max(size))), content)
