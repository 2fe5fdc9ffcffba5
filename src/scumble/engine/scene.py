"""The pictures as one scale sees them, and the picture that it shows."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.colors.coloring import Coloring
from scumble.engine.guard import deviation
from scumble.engine.untouched import Painted, painted_part
from scumble.image.files import Picture
from scumble.image.masks import drawing_of, lightness
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.optimizers.base import Evaluate
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale
from scumble.regions.bleed import continued, continued_style, trimmed


@dataclass(frozen=True)
class Scene:
    """The pictures at one scale.

    Args:
        content: (1, 3, H, W), in the colors that it is painted in, with its bleed.
        styles: (1, 3, h, w) each, likewise.
        coloring: what is done to colors in the end.
        painted: what of the content is painted; None for all.
        bleed: in pixels.
        previous: what the image is to stay near, (1, 3, H, W), with the bleed; None without.
        trust: where that counts, (1, 1, H, W), [0, 1]; None for everywhere.
    """

    content: Tensor
    styles: list[Tensor]
    coloring: Coloring
    painted: Painted | None
    bleed: int = 0
    previous: Tensor | None = None
    trust: Tensor | None = None

    def shown(self, image: Tensor) -> Tensor:
        """Return the running image as it is shown: in [0, 1], in its colors, untouched where it is not painted."""
        image = self.coloring.shown(trimmed(image, self.bleed))
        return self.painted.blended(image).clamp(0, 1) if self.painted else image

    def part_of(self, objective: Evaluate) -> Evaluate:
        """Return the objective of what is painted of an image."""
        return self.painted.continued(self.bleed).part_of(objective) if self.painted else objective


def tensor_of(picture: Picture, size: tuple[int, int], device: torch.device) -> Tensor:
    """Return a picture in a size, (1, 3, H, W), [0, 1]."""
    return to_tensor(resize(picture.rgb, size)).to(device)


def make_scene(plan: Plan, scale: Scale, coloring: Coloring, device: torch.device) -> Scene:
    """Return the pictures of a plan at one of its scales; `coloring` is that of the run, and turns to this scale."""
    content = tensor_of(plan.content, scale.size, device)
    sizes = plan.style_sizes(scale)
    styles = [tensor_of(style, size, device) for style, size in zip(plan.styles, sizes, strict=True)]
    part = painted_part(plan.masks, content, plan.options.feather) if plan.masks else None
    content, styles = coloring.next_scale(content, styles, part.mask if part else None)
    styles = [continued_style(style, scale) for style in styles]
    content = continued(content, scale.bleed)
    return Scene(content, styles, coloring, part, scale.bleed, *previous_of(plan, scale, device))


def previous_of(plan: Plan, scale: Scale, device: torch.device) -> tuple[Tensor | None, Tensor | None]:
    """Return the previous picture at a scale, and where it counts, both with the scale's bleed."""
    if plan.previous is None:
        return None, None
    picture, trust = plan.previous.picture, plan.previous.trust
    image = continued(tensor_of(picture, scale.size, device), scale.bleed)
    if trust is None:
        return image, None
    mask = torch.from_numpy(lightness(drawing_of(trust)))[None, None].to(image)
    width, height = scale.size
    mask = F.interpolate(mask, (height, width), mode="bilinear", antialias=True)
    return image, continued(mask, scale.bleed)


def is_varied(picture: Picture, scale: Scale, device: torch.device) -> bool:
    """Whether there is anything to see in a picture at a scale."""
    return bool(deviation(tensor_of(picture, scale.size, device)) > 10 / 255)


def resized(image: Tensor, scale: Scale) -> Tensor:
    """Return an image (1, 3, H, W) in the size of a scale's canvas, by antialiased bicubic interpolation."""
    width, height = scale.canvas
    if image.shape[-2:] == (height, width):
        return image
    return F.interpolate(image, (height, width), mode="bicubic", antialias=True)
