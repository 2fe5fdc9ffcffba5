"""A picture cut into tiles that overlap just enough for a tile's own part to be what it is in the whole."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from torch import Tensor

from scumble.backbones.base import Backbone


@dataclass(frozen=True)
class Span:
    """Rows or columns of one tile, in pixels: those that are its own, and around them those that it reads."""

    first: int
    last: int  # the first that is not its own
    outer_first: int
    outer_last: int
    whole: int  # how many the picture has

    @property
    def read(self) -> int:
        """How many it reads."""
        return self.outer_last - self.outer_first

    def own(self, size: int, stride: int) -> slice:
        """Return the tile's own positions in a whole layer of `size` positions, one for each `stride` pixels."""
        return slice(self.first // stride, size if self.last == self.whole else self.last // stride)

    def inner(self, size: int, stride: int) -> slice:
        """Return the same positions as they are counted in the layer of what the tile reads."""
        own, offset = self.own(size, stride), self.outer_first // stride
        return slice(own.start - offset, own.stop - offset)


@dataclass(frozen=True)
class Tile:
    """A rectangle of a picture."""

    rows: Span
    columns: Span

    def read(self, picture: Tensor) -> Tensor:
        """Return a view of what the tile reads of a picture (B, C, H, W)."""
        rows, columns = self.rows, self.columns
        return picture[..., rows.outer_first : rows.outer_last, columns.outer_first : columns.outer_last]

    def own(self, layer: Tensor, stride: int = 1) -> Tensor:
        """Return a view of the tile's own positions in a whole layer (..., h, w)."""
        height, width = layer.shape[-2:]
        return layer[..., self.rows.own(height, stride), self.columns.own(width, stride)]

    def beside(self, layer: Tensor, feature: Tensor, stride: int) -> Tensor:
        """Return a view of what a whole layer (..., H, W) has at the positions of the tile's feature, (..., h, w)."""
        top, left = self.rows.outer_first // stride, self.columns.outer_first // stride
        return layer[..., top : top + feature.shape[-2], left : left + feature.shape[-1]]

    def inner(self, feature: Tensor, size: tuple[int, int], stride: int = 1) -> Tensor:
        """Return a view of the tile's own positions in the layer of what it reads.

        Args:
            feature: (..., h, w).
            size: height and width of the whole layer.
            stride: pixels from one position to the next.
        """
        return feature[..., self.rows.inner(size[0], stride), self.columns.inner(size[1], stride)]


def spans(whole: int, side: int, stride: int, halo: int) -> list[Span]:
    """Cut `whole` pixels into about equal spans of at most `side`, a multiple of `stride`, as is where each begins.

    Example:
        >>> [(span.first, span.last, span.outer_first, span.outer_last) for span in spans(100, 64, 16, 20)]
        [(0, 64, 0, 96), (64, 100, 32, 100)]
    """
    number = math.ceil(whole / side)
    step = math.ceil(whole / number / stride) * stride
    reach = math.ceil(halo / stride) * stride
    return [
        Span(first, min(first + step, whole), max(0, first - reach), min(first + step + reach, whole), whole)
        for first in range(0, whole, step)
    ]


def cut(height: int, width: int, side: int, stride: int, halo: int) -> list[Tile]:
    """Return the tiles of a picture, row by row; arguments as for `spans`."""
    return [
        Tile(rows, columns)
        for rows in spans(height, side, stride, halo)
        for columns in spans(width, side, stride, halo)
    ]


def halos(backbone: Backbone, layers: Iterable[str], reach: int = 1) -> tuple[int, int]:
    """Return how many pixels a tile reads around its own, for its positions and for the gradient of its pixels.

    A pixel's gradient comes from all positions that see it, and each of them sees its own surroundings. Losses of the
    image see `reach` pixels around one.

    Example:
        >>> from scumble.backbones.base import backbones
        >>> halos(backbones["compact"](), ["relu1_1", "relu5_1"])
        (46, 107)
    """
    fields = [backbone.receptive_field(layer) for layer in layers]
    features = max(max(before, after - stride + 1) for stride, before, after in fields)
    return max(reach, features), max(2 * reach, *(before + after for _, before, after in fields))
