"""Styles as a reference: what their statistics are, each style with its share, by region, whole and in tiles."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scumble.losses.base import Loss, precise
from scumble.objective.compared import Compared
from scumble.objective.layer_regions import LayerRegions, by_layer, size_of, whole_layer
from scumble.objective.moments import central, mixed, raw_moments
from scumble.objective.partition import Partition, Whole, inner
from scumble.objective.reader import TileReader
from scumble.objective.references import Pictures
from scumble.objective.sums import LayerMoments

Masked = tuple[
    Tensor, Tensor | None
]  # a feature (1, C, H, W), and its mask (1, 1, H, W) if not all of it counts


def adds_up(loss: Loss) -> bool:
    """Whether a loss compares a style whose moments are all that it needs."""
    return loss.reference == "style" and loss.fits_tiles


def areas_of(where: LayerRegions | None) -> list[float]:
    """Return the share of each region of the content in a layer."""
    return where.areas if where else [1.0]


class StyleStatistics:
    """The styles of a scale, read once and whole.

    Args:
        compared: losses, layers and shares.
        pictures: of the scale.
    """

    def __init__(self, compared: Compared, pictures: Pictures) -> None:
        self.compared, self.size = compared, pictures.size
        layers = compared.all_layers("style")
        self.read = [compared.backbone(style, layers) for style in pictures.styles]
        self.found = by_layer(pictures.regions, compared, pictures.content, pictures.styles)
        parted = {layer: where for layer, where in self.found.items() if where}
        self.partitions = {layer: Partition(where.content) for layer, where in parted.items()}
        of_losses = [layers for name, layers in compared.layers.items() if adds_up(compared.losses[name])]
        summed = dict.fromkeys(layer for layers in of_losses for layer in layers if layer in self.found)
        self.moments = {layer: self._moments(layer) for layer in summed}

    def target(self, loss: Loss, layer: str) -> Tensor:
        """Return what a loss's statistics of a layer are compared with, (K or 1, ...)."""
        if adds_up(loss):
            return loss.of_moments(self.moments[layer])
        where = self.found[layer]
        if where is None:
            return loss.statistic(*self._mixture(layer, [(read[layer], None) for read in self.read]))
        parted = [
            Partition(masks).split(read[layer]) for masks, read in zip(where.styles, self.read, strict=True)
        ]
        regions = zip(*parted, strict=True)
        return torch.cat([loss.statistic(*self._mixture(layer, region)) for region in regions])

    def sums(self) -> dict[str, LayerMoments]:
        """Return how to sum up the image's layers, each region from the mean of what it is compared with."""
        found = {}
        for layer, moments in self.moments.items():
            margin = self.compared.margin(self.compared.backbone.layer_size(layer, *self.size))
            layout = self.partitions.get(layer, Whole(margin))
            found[layer] = LayerMoments(layout, moments[..., -1].contiguous())
        return found

    def _moments(self, layer: str) -> Tensor:
        """Return covariance and mean of all styles together, each with its share, (K or 1, C, C + 1)."""
        where, features = self.found[layer], [read[layer] for read in self.read]
        masks = where.styles if where else [None] * len(features)
        margins = [self.compared.margin(size_of(feature)) for feature in features]
        styles = [
            (raw_moments(feature, mask, margin), inner(size_of(feature), margin))
            for feature, mask, margin in zip(features, masks, margins, strict=True)
        ]
        moments = central(mixed(self.compared.shares(layer), styles))
        return moments.to(precise(features[0]))

    def _mixture(self, layer: str, parts: Sequence[Masked]) -> tuple[Tensor, Tensor | None]:
        """Return one region of all styles, or all of them, as one picture, each style with its share."""
        positions = [read[layer][0, 0].numel() for read in self.read]
        shares = self.compared.shares(layer)
        return mixture(parts, [share / number for share, number in zip(shares, positions, strict=True)])


def mixture(parts: Sequence[Masked], weights: Sequence[float]) -> tuple[Tensor, Tensor | None]:
    """Return several pictures' features as one, (1, C, 1, N), with a mask that gives each its weight.

    A style statistic does not care where positions are, so that of the pool is that of a true mixture.

    Args:
        parts: feature, (1, C, h, w), and mask, (1, 1, h, w) or None, of each picture.
        weights: of a position of each; one with 0 is left out.
    """
    counting = [(part, weight) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if len(counting) == 1:
        return counting[0][0]
    pooled = torch.cat([feature.flatten(2) for (feature, _), _ in counting], dim=2)
    masks = [
        weight * (precise(feature.new_ones(1, 1, feature[0, 0].numel())) if mask is None else mask.flatten(2))
        for (feature, mask), weight in counting
    ]
    return pooled.unsqueeze(2), torch.cat(masks, dim=2).unsqueeze(2) / max(weights)


class TiledStyleStatistics:
    """The styles of a scale, read once and tile by tile, for losses that need their moments alone.

    Args:
        compared: losses, layers and shares.
        pictures: of the scale.
        reader: reads tiles.
    """

    def __init__(self, compared: Compared, pictures: Pictures, reader: TileReader) -> None:
        self.compared, self.reader = compared, reader
        sizes = pictures.size, [size_of(style) for style in pictures.styles]
        by_regions = by_layer(pictures.regions, compared, pictures.content, pictures.styles)
        self.found: dict[str, LayerRegions | None] = {
            layer: where or whole_layer(compared, layer, *sizes) for layer, where in by_regions.items()
        }
        self.masks = {layer: where.content for layer, where in self.found.items() if where}
        self.moments = self._moments(pictures.styles)

    def target(self, loss: Loss, layer: str) -> Tensor:
        """Return what a loss's statistics of a layer are compared with, (K or 1, ...), on the CPU, float64."""
        return loss.of_moments(central(self.moments[layer]))

    def _moments(self, styles: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the raw moments of all styles together, each with its share, for each layer and region."""
        read: dict[str, list[tuple[Tensor, int]]] = {layer: [] for layer in self.found}
        for number, style in enumerate(styles if self.found else ()):
            masks = {layer: where.styles[number] for layer, where in self.found.items() if where}
            sums: dict[str, Tensor] = {}
            for tile, features in self.reader.read(style, list(self.found)):
                self.reader.add_moments(sums, tile, features, style, masks)
            for layer, moments in sums.items():
                size = self.compared.backbone.layer_size(layer, *size_of(style))
                read[layer].append((moments, inner(size, self.compared.margin(size))))
        return {layer: mixed(self.compared.shares(layer), parts) for layer, parts in read.items()}
