"""Where the regions of content and styles lie in one layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.objective.compared import Compared
from scumble.objective.partition import inner, without_edge
from scumble.regions.found import Regions

FEWEST = 8  # positions of a region: with fewer, a layer is too coarse for it
LEAST = 0.01  # of a mask, below which a position does not count: it would be copied for nothing
SHAPES = 3  # the block from which on a style's figures may count less: before it there are colors and strokes
KEPT = 0.1  # share of a style's region that must be left when positions that see past its border are left out

Size = tuple[int, int]  # height and width, in pixels


def size_of(image: Tensor) -> Size:
    """Return height and width of an image (..., H, W)."""
    return image.shape[-2], image.shape[-1]


@dataclass(frozen=True)
class LayerRegions:
    """The masks of K regions in one layer.

    Args:
        content: (K, H, W): bool where each position belongs to one region, else weights, [0, 1].
        styles: (K, h, w) each; weights have the mean 1 in each region, so that styles count by their shares.
        margin: width of the content's edge, which is in no region.
    """

    content: Tensor
    styles: list[Tensor]
    margin: int = 0

    @property
    def areas(self) -> list[float]:
        """The share of each region in what counts of the content."""
        whole = inner(self.content.shape[1:], self.margin)
        areas: list[float] = (self.content.cpu().sum((1, 2), dtype=torch.float64) / whole).tolist()
        return areas


def in_layer(
    regions: Regions | None, compared: Compared, layer: str, content: Size, styles: Sequence[Size]
) -> LayerRegions | None:
    """Return where regions lie in a layer, or None where the layer is compared as a whole.

    Found regions are borders that nobody drew, so each position belongs to the region that it belongs to most, and a
    layer too coarse for one of them is compared as a whole. Drawn ones keep their soft edges, and one that a layer is
    too coarse for is left out there.

    Args:
        regions: of content and styles; None for one.
        compared: knows the backbone, and which styles count in the layer.
        layer: its name.
        content: size of the content.
        styles: size of each style.
    """
    sizes = [compared.backbone.layer_size(layer, *size) for size in (content, *styles)]
    margins = [compared.margin(size) for size in sizes]
    if regions is None or not all(map(min, sizes)):
        return None
    repeats = regions.repeats if compared.backbone.block(layer) >= SHAPES else ()
    if not regions.drawn:
        if regions.number == 1 and not repeats:
            return None
        first, *others = (
            without_edge(one_hot(shares, size), margin)
            for shares, size, margin in zip(regions.all, sizes, margins, strict=True)
        )
        others = by_repetition(others, repeats)
        all_large = enough(first, others, compared.shares(layer)).all()
        return LayerRegions(first, others, margins[0]) if all_large else None
    first = without_edge(region_weights(regions.content, sizes[0]), margins[0])
    extent = compared.backbone.extent(layer)
    reach = 0 if extent.everywhere else max(extent.before, extent.after)
    others = [
        without_edge(inner_weights(shares, picture, size, reach), margin)
        for shares, picture, size, margin in zip(regions.styles, styles, sizes[1:], margins[1:], strict=True)
    ]
    others = by_repetition(others, repeats)
    kept = enough(first, others, compared.shares(layer))
    return LayerRegions(first[kept], [balanced(each[kept]) for each in others], margins[0])


def by_layer(
    regions: Regions | None, compared: Compared, content: Tensor, styles: Sequence[Tensor]
) -> dict[str, LayerRegions | None]:
    """Return where regions lie in each style layer but those that are too coarse for any; pictures (1, 3, H, W)."""
    first, *others = map(size_of, (content, *styles))
    found = {
        layer: in_layer(regions, compared, layer, first, others) for layer in compared.all_layers("style")
    }
    return {layer: where for layer, where in found.items() if where is None or len(where.content)}


def whole_layer(compared: Compared, layer: str, content: Size, styles: Sequence[Size]) -> LayerRegions | None:
    """Return a layer as one region, all but its edge; None where the edge counts, too."""
    sizes = [compared.backbone.layer_size(layer, *size) for size in (content, *styles)]
    margins = [compared.margin(size) for size in sizes]
    if not any(margins):
        return None
    device = compared.backbone.device
    first, *others = (
        without_edge(torch.ones(1, *size, dtype=torch.bool, device=device), margin)
        for size, margin in zip(sizes, margins, strict=True)
    )
    return LayerRegions(first, others, margins[0])


def one_hot(shares: Tensor, size: Size) -> Tensor:
    """Return the region that each position of a layer belongs to most, (K, H, W), bool, from shares (1, K, h, w)."""
    labels = F.interpolate(shares, size, mode="bilinear", align_corners=False)[0].argmax(0)
    return torch.stack([labels == region for region in range(shares.shape[1])])


def in_size(maps: Tensor, size: Size) -> Tensor:
    """Return maps of a picture, (1, K, h, w), in the size of a layer, (K, H, W)."""
    # On the CPU: on a GPU there is a limit to how much smaller a map may become.
    return F.interpolate(maps.cpu(), size, mode="bilinear", antialias=True)[0].to(maps.device)


def region_weights(shares: Tensor, size: Size) -> Tensor:
    """Return how much each position of a layer belongs to each region, (K, H, W), from shares (1, K, h, w)."""
    found = in_size(shares, size)
    return torch.where(found < LEAST, 0, found)


def counted(masks: Tensor, weights: Tensor) -> Tensor:
    """Return a style's masks in a layer, (K, H, W), times the weights of its places, each as large in sum as it was.

    Args:
        masks: bool or weights.
        weights: (1, 1, h, w), in any size.
    """
    areas, weighed = masks.sum((1, 2), dtype=torch.float32), masks * in_size(weights, size_of(masks))
    left = weighed.sum((1, 2))
    return weighed * torch.where(left > 0, areas / left.clamp(min=1e-12), 1)[:, None, None]


def by_repetition(masks: list[Tensor], repeats: Sequence[Tensor]) -> list[Tensor]:
    """Return the masks of styles, each as much as its places are found again; as they are where nobody asks."""
    return [counted(*one) for one in zip(masks, repeats, strict=True)] if repeats else masks


def inner_weights(shares: Tensor, picture: Size, size: Size, reach: int) -> Tensor:
    """Return the weights of a style's positions, (K, H, W), less where they see what is not of their region.

    A position sees `reach` pixels to each side. A region too small for this keeps the plain weights.

    Reference:
        Gatys et al.: Controlling Perceptual Factors in Neural Style Transfer (2017), https://arxiv.org/abs/1611.07865,
        section 4, on guidance channels that leave out receptive fields across the border.
    """
    plain = region_weights(shares, size)
    inner = region_weights(
        faded(F.interpolate(shares, picture, mode="bilinear", antialias=True), reach), size
    )
    areas, left = plain.sum((1, 2)), inner.sum((1, 2))
    large = (left >= KEPT * areas) & (left >= FEWEST)
    return torch.where(large[:, None, None], inner, plain)


def faded(masks: Tensor, radius: int) -> Tensor:
    r"""Return masks that fall to 0 within `radius` pixels inside their borders, :math:`m \max(0, 2 \bar m - 1)`.

    With :math:`\bar m` the mean over a square of :math:`2 r + 1` pixels; a picture's own border is none of the mask.

    Args:
        masks: (1, K, H, W), [0, 1].
        radius: in pixels; 0 leaves them as they are.

    Example:
        >>> faded(torch.tensor([0.0, 0, 1, 1, 1, 1]).view(1, 1, 1, 6), 2)[0, 0, 0]
        tensor([0.0000, 0.0000, 0.2000, 0.6000, 1.0000, 1.0000])
    """
    if radius == 0:
        return masks
    mean = masks
    for kernel in ((2 * radius + 1, 1), (1, 2 * radius + 1)):
        padding = (kernel[0] // 2, kernel[1] // 2)
        mean = F.avg_pool2d(mean, kernel, 1, padding, count_include_pad=False)
    return masks * (2 * mean - 1).clamp(min=0)


def enough(content: Tensor, styles: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    """Return whether each region has positions enough for a statistic, in the content and in the styles, (K,)."""
    first, *others = (mask.sum((1, 2), dtype=torch.float32) for mask in (content, *styles))
    pooled = torch.stack([count for count, share in zip(others, shares, strict=True) if share > 0]).sum(0)
    return (first >= FEWEST) & (pooled >= FEWEST)


def balanced(masks: Tensor) -> Tensor:
    """Return masks (K, H, W) with the mean 1, where there is anything."""
    return masks / masks.mean((1, 2), keepdim=True).clamp(min=1e-12)
