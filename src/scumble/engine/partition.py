"""One layer's positions sorted by region, so that a loss sees each region as a picture of its own."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class Split(Function):
    """Sort rows (N, C) by region and part them, with the gradient by hand: a copy each way.

    `inverse` is the order backwards; None where regions overlap or leave rows out.
    """

    @staticmethod
    def forward(
        ctx: Any, rows: Tensor, order: Tensor, inverse: Tensor | None, counts: list[int]
    ) -> tuple[Tensor, ...]:
        ctx.save_for_backward(order if inverse is None else inverse)
        ctx.number = len(rows) if inverse is None else None
        return torch.split(rows.index_select(0, order), counts)  # twice as fast as rows[order]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (index,) = ctx.saved_tensors
        sorted_rows = torch.cat(gradients)
        if ctx.number is None:
            return sorted_rows.index_select(0, index), None, None, None
        rows = sorted_rows.new_zeros(ctx.number, sorted_rows.shape[1])
        return rows.index_add_(0, index, sorted_rows), None, None, None


class Partition:
    """Which positions of a layer belong to which region.

    A partition costs one copy of the features, and of soft masks one more of positions that regions share.

    Args:
        masks: (K, H, W), as in `LayerRegions`: bool, where each position belongs to just one region; else weights.
    """

    def __init__(self, masks: Tensor) -> None:
        indices = [mask.flatten().nonzero()[:, 0] for mask in masks]
        self.order = torch.cat(indices)
        self.counts = [len(index) for index in indices]
        self.areas = [float(mask.sum(dtype=torch.float64)) / mask.numel() for mask in masks]
        if masks.dtype == torch.bool:
            self.inverse: Tensor | None = self.order.argsort()
            self.weights: list[Tensor | None] = [None] * len(masks)
        else:
            self.inverse = None
            self.weights = [
                mask.flatten()[index].view(1, 1, 1, -1) for mask, index in zip(masks, indices, strict=True)
            ]

    def split(self, feature: Tensor) -> list[tuple[Tensor, Tensor | None]]:
        """Return each region's positions in (1, C, H, W) as a feature of one row, (1, C, 1, N), and its mask."""
        rows = feature.permute(0, 2, 3, 1).flatten(0, 2)  # (H W, C), a view of a channels-last feature
        parts = Split.apply(rows, self.order, self.inverse, self.counts)  # type: ignore[no-untyped-call]
        return [(part.T[None, :, None], weights) for part, weights in zip(parts, self.weights, strict=True)]
