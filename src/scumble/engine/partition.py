"""One layer's positions sorted by region, so that a loss sees each region as a picture of its own."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

FEWEST = 8  # positions of a region: with fewer, a layer is too coarse for it and is compared as a whole


class Permute(Function):
    """Take rows (N, C) in another order; the gradient is taken in the inverse one, a copy each way."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, order: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return rows[order]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (inverse,) = ctx.saved_tensors
        return gradients[0][inverse], None, None


class Partition:
    """Which positions of a layer belong to which region: each to the one that it belongs to most.

    A partition costs one copy of the features, whatever the number of regions; soft masks would cost one each.

    Args:
        shares: of each place, (1, K, h, w).
        size: height and width of the layer.
    """

    def __init__(self, shares: Tensor, size: tuple[int, int]) -> None:
        labels = F.interpolate(shares, size, mode="bilinear", align_corners=False).argmax(1).flatten()
        self.order = labels.argsort(stable=True)
        self.inverse = self.order.argsort()
        self.counts: list[int] = labels.bincount(minlength=shares.shape[1]).tolist()

    def fine_enough(self, styles: "Sequence[Partition]") -> bool:
        """Whether each region has positions enough for a statistic, here and in all styles together."""
        pooled = [sum(counts) for counts in zip(*(style.counts for style in styles), strict=True)]
        return all(count >= FEWEST for count in (*self.counts, *pooled))

    @property
    def areas(self) -> list[float]:
        """The share of each region in the picture."""
        return [count / sum(self.counts) for count in self.counts]

    def split(self, feature: Tensor) -> list[Tensor]:
        """Return the positions of each region as a feature of one row, (1, C, 1, N), of (1, C, H, W)."""
        rows = feature[0].permute(1, 2, 0).flatten(0, 1)  # (H W, C), a view of a channels-last feature
        ordered: Tensor = Permute.apply(rows, self.order, self.inverse)  # type: ignore[no-untyped-call]
        return [part.T[None, :, None] for part in torch.split(ordered, self.counts)]
