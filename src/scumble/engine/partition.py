"""One layer's positions sorted by region, so that a loss sees each region as a picture of its own."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

FEWEST = 8  # positions of a region: with fewer, a layer is too coarse for it and is compared as a whole


class Split(Function):
    """Sort rows (N, C) by region and part them, with the gradient by hand: a copy each way."""

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, order: Tensor, inverse: Tensor, counts: list[int]
    ) -> tuple[Tensor, ...]:
        ctx.save_for_backward(inverse)
        return torch.split(rows.index_select(0, order), counts)  # twice as fast as rows[order]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (inverse,) = ctx.saved_tensors
        return torch.cat(gradients).index_select(0, inverse), None, None, None


def labels_of(shares: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the region that each position of a layer belongs to most, (H, W), from shares (1, K, h, w)."""
    return F.interpolate(shares, size, mode="bilinear", align_corners=False)[0].argmax(0)


def fine_enough(content: Sequence[int], styles: Sequence[Sequence[int]]) -> bool:
    """Whether each region has positions enough for a statistic, in the content and in all styles together."""
    pooled = [sum(counts) for counts in zip(*styles, strict=True)]
    return all(count >= FEWEST for count in (*content, *pooled))


class Partition:
    """Which positions of a layer belong to which region: each to the one that it belongs to most.

    A partition costs one copy of the features, whatever the number of regions; soft masks would cost one each.

    Args:
        shares: of each place, (1, K, h, w).
        size: height and width of the layer.
    """

    def __init__(self, shares: Tensor, size: tuple[int, int]) -> None:
        labels = labels_of(shares, size).flatten()
        self.order = labels.argsort(stable=True)
        self.inverse = self.order.argsort()
        self.counts: list[int] = labels.bincount(minlength=shares.shape[1]).tolist()

    @property
    def areas(self) -> list[float]:
        """The share of each region in the picture."""
        return [count / sum(self.counts) for count in self.counts]

    def split(self, feature: Tensor) -> list[Tensor]:
        """Return the positions of each region as a feature of one row, (1, C, 1, N), of (1, C, H, W)."""
        rows = feature.permute(0, 2, 3, 1).flatten(0, 2)  # (H W, C), a view of a channels-last feature
        parts = Split.apply(rows, self.order, self.inverse, self.counts)  # type: ignore[no-untyped-call]
        return [part.T[None, :, None] for part in parts]
