"""Whose colors the picture has: what is done about them before it is painted, and to each picture that is shown."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.colors.distribution import OKLAB, RGB, Colors, Map, Space, between, colors_of, moved
from scumble.colors.transfer import color_maps, recolored
from scumble.plan.plan import Plan
from scumble.plan.strength import recolor_amount
from scumble.regions.found import EDGE, Regions, one_region, opacity


class Coloring:
    """The colors of one run: `next_scale` before each scale, then `shown` for each of its pictures.

    Where the content is clear, or is not painted, its colors do not count, unless the style's are all that is asked
    for: then the picture is the same as without an alpha channel.

    Args:
        plan: options `color`, `color_amount`, `recolor` and `strength`; shares of the styles; alpha of the content.
        regions: of content and styles, or None for one.
        device: of the pictures.
    """

    def __init__(self, plan: Plan, regions: Regions | None, device: torch.device) -> None:
        options = plan.options
        self.mode = "only" if plan.way == "recolor" else options.color
        self.shares, self.regions = plan.shares, regions
        self.amount = options.color_amount if options.strength > 0 and self.mode != "style" else 0.0
        if self.mode == "only":
            self.amount = recolor_amount(self.amount, options.strength)
        self.recolor = recolor_amount(options.recolor, options.strength) if plan.steps else 0.0
        alpha = plan.content.alpha
        self.alpha = None
        if alpha is not None:
            self.alpha = opacity(alpha, plan.size_at(plan.content, EDGE)).to(device)

    def next_scale(
        self, content: Tensor, styles: Sequence[Tensor], painted: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        """Return content and styles in the colors that they are painted in.

        Args:
            content: (1, 3, H, W), RGB, [0, 1].
            styles: (1, 3, h, w) each.
            painted: what of the content is painted, (1, 1, H, W), [0, 1]; all of it when omitted.
        """
        self.areas = self.regions or one_region(content, len(styles))
        self.counted = both(self.alpha, painted)
        self.content, styles = content, list(styles)
        if self.amount > 0:
            self.wanted = self._colors(content, OKLAB)
            if self.mode == "only":
                self.content = recolored(content, styles, self.shares, self.areas, 1.0, self.counted)
            if self.mode in ("match", "luma"):
                pairs = zip(styles, self.areas.styles, strict=True)
                styles = [self._matched(style, mask) for style, mask in pairs]
        return recolored(
            content, styles, self.shares, self.areas, self.recolor, self.counted if self.amount > 0 else None
        ), styles

    def _matched(self, style: Tensor, mask: Tensor) -> Tensor:
        """Return a style in the content's colors, region by region, or in its lightness alone.

        References:
            Gatys and others: Preserving Color in Neural Artistic Style Transfer (2016).
            Gatys and others: Controlling Perceptual Factors in Neural Style Transfer (2017), section 5.
        """
        one, other = colors_of(style, mask, OKLAB), self.wanted
        if self.mode == "luma":
            one, other = lightness_of(one), lightness_of(other)
        return moved(style, mask, color_maps(one, other, OKLAB), OKLAB, self.amount)

    @torch.no_grad()
    def shown(self, image: Tensor) -> Tensor:
        """Return the picture that an image is to be seen as, (1, 3, H, W), [0, 1]; the image stays as it is."""
        image = image.clamp(0, 1)
        if self.amount == 0 or self.mode == "match":
            return image
        other = self._given_back(image) if self.mode == "content" else self.content
        lightness = 0.0 if self.mode == "luma" else self.amount
        return between(image, other, (lightness, self.amount, self.amount))

    def _given_back(self, image: Tensor) -> Tensor:
        """Return an image with the mean and covariance of the content's colors, the mean exact in sRGB as well."""
        maps = color_maps(self._colors(image, OKLAB), self.wanted, OKLAB)
        image = moved(image, self.areas.content, maps, OKLAB)
        means = (self._colors(each, RGB) for each in (image, self.content))
        return moved(image, self.areas.content, lifts(*means), RGB)

    def _colors(self, image: Tensor, space: Space) -> Colors:
        return colors_of(image, self.areas.content, space, self.counted)


def both(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    """Return the product of two masks (1, 1, h, w) in the size of the second, or the only one that there is."""
    if one is None or other is None:
        return one if other is None else other
    return F.interpolate(one, other.shape[-2:], mode="bilinear", align_corners=False) * other


def lightness_of(colors: Colors) -> Colors:
    """Return the colors of pictures that have the same lightness, and a and b alike everywhere: maps leave them."""
    kept = torch.diag(colors.weight.new_tensor([1.0, 0.0, 0.0]))
    alike = colors.weight[:, None, None] * (torch.eye(3, dtype=torch.float32).to(kept) - kept)
    return Colors(colors.weight, colors.first @ kept, kept @ colors.second @ kept + alike)


def lifts(one: Colors, other: Colors) -> list[Map]:
    r"""Return maps of sRGB that take the means of regions elsewhere and leave no color outside [0, 1].

    Each channel goes toward white or toward black, the less the nearer it is to there already:

    .. math:: x \mapsto x + \frac{\mu' - \mu}{1 - \mu} (1 - x) \quad\text{or}\quad x \mapsto \frac{\mu'}{\mu} x
    """
    mean, wanted = one.mean, other.mean  # (K, 3)
    up = (wanted - mean).clamp(min=0) / (1 - mean).clamp(min=1e-9)
    down = (mean - wanted).clamp(min=0) / mean.clamp(min=1e-9)
    return [(torch.diag(matrix), offset) for matrix, offset in zip(1 - up - down, up, strict=True)]
