"""Pictures read tile by tile: layers put together, and sums over them."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.objective.layer_regions import size_of
from scumble.objective.moments import raw_moments
from scumble.objective.tiles import Tile, cut, halos

Masks = Mapping[str, Tensor]  # of a picture: regions of each layer that has some, (K, H, W)


class TileReader:
    """Read pictures tile by tile.

    Args:
        backbone: reads them.
        layers: all that will be read.
        side: of a tile's own part, in pixels.
        reach: how many pixels around one the losses of the image read.
    """

    def __init__(self, backbone: Backbone, layers: Sequence[str], side: int, reach: int = 1) -> None:
        self.backbone, self.layers = backbone, frozenset(layers) | {"image"}
        self.strides = {name: backbone.extent(name).stride for name in self.layers}
        self.stride = math.lcm(*self.strides.values())
        self.halo, self.wide_halo = halos(backbone, self.layers, reach)
        self.side = max(self.stride, side // self.stride * self.stride)

    def tiles(self, picture: Tensor, halo: int) -> list[Tile]:
        """Return the tiles of a picture that read so many pixels around their own."""
        return cut(*size_of(picture), self.side, self.stride, halo)

    def read(self, picture: Tensor, layers: Collection[str]) -> Iterator[tuple[Tile, dict[str, Tensor]]]:
        """Yield the tiles of a picture and their layers, of which a tile's own positions are as in the whole."""
        for tile in self.tiles(picture, self.halo):
            yield tile, self.backbone(tile.read(picture), layers)

    def own(self, tile: Tile, feature: Tensor, layer: str, picture: Tensor) -> Tensor:
        """Return a tile's own positions of a layer."""
        size = self.backbone.layer_size(layer, *size_of(picture))
        return tile.inner(feature, size, self.strides[layer])

    def add_moments(
        self,
        sums: dict[str, Tensor],
        tile: Tile,
        features: Mapping[str, Tensor],
        picture: Tensor,
        masks: Masks,
    ) -> None:
        """Add to each layer's raw moments, (K or 1, C + 1, C + 1), those of a tile's own positions."""
        for layer, feature in features.items():
            mask = tile.own(masks[layer], self.strides[layer]) if layer in masks else None
            found = raw_moments(self.own(tile, feature, layer, picture), mask)
            sums[layer] = sums[layer] + found if layer in sums else found

    @torch.no_grad()
    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return a whole layer, put together from tiles; the layer `image` is the picture itself."""
        if layer == "image":
            return picture
        size, whole = self.backbone.layer_size(layer, *size_of(picture)), picture.new_empty(0)
        for tile, features in self.read(picture, [layer]):
            if not whole.numel():
                whole = features[layer].new_empty(1, features[layer].shape[1], *size)
            tile.own(whole, self.strides[layer]).copy_(self.own(tile, features[layer], layer, picture))
        return whole
