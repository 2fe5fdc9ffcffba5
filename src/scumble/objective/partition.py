"""How a layer's positions lie in chunks of one length, so that the sums of all regions take one product each."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional as F

from scumble.backbones.passes import LARGE, identity
from scumble.losses.base import exact
from scumble.objective.affine import affine, rounded_apart

CHUNKS = 32  # of a layer in regions, about
LONGEST = 1024  # positions of a chunk of a region
ALL = slice(None)


def less(rows: Tensor, center: Tensor) -> Tensor:
    """Return rows less a center in the precision of the center; torch, given two, makes one more copy of the rows."""
    return rows - center if rows.dtype == center.dtype else rows.to(center.dtype).sub_(center)


def rows_of(feature: Tensor) -> Tensor:
    """Return the positions of a feature (1, C, H, W) as rows (H W, C): a view of a channels-last one."""
    return feature.permute(0, 2, 3, 1).flatten(0, 2)


def map_of(rows: Tensor, size: Sequence[int]) -> Tensor:
    """Return rows in chunks, (n, L, C), as a feature (1, C, H, W) of a height and width: a view."""
    return rows.view(1, *size, -1).permute(0, 3, 1, 2)


class Whole:
    """All positions of a layer as one region: some rows of the feature map are a chunk, and nothing is sorted.

    Args:
        margin: width of the edge that does not count, in positions.
    """

    def __init__(self, margin: int = 0) -> None:
        self.margin = margin

    def rows(self, feature: Tensor) -> Tensor:
        """Return the positions of a feature (1, C, H, W) in chunks of some rows of the map, (n, L, C)."""
        _, channels, height, width = feature.shape
        fewest = -(
            -4 * channels // width
        )  # of fewer, the product would be more to write than the chunk to read
        together = next((number for number in range(fewest, height) if height % number == 0), height)
        return rows_of(feature).view(height // together, together * width, channels)

    def centered(self, rows: Tensor, center: Tensor, feature: torch.Size, block: slice) -> Tensor:
        """Return some chunks less a center (1, C), float32 or better; the edge is 0."""
        (height, width), margin = feature[2:], self.margin
        centered = less(rows[block], center)
        if margin:
            maps = centered.view(-1, width, centered.shape[2])
            top = block.start * rows.shape[1] // width
            sides = maps[:, :margin], maps[:, width - margin :]
            for edge in (*sides, maps[: max(0, margin - top)], maps[max(0, height - margin - top) :]):
                edge.zero_()
        return centered

    def weigh(self, chunks: Tensor, block: slice = ALL) -> Tensor:
        """Return each row of some chunks times its weight."""
        del block
        return chunks

    def share(self, feature: Tensor) -> Tensor | float:
        """Return what a row of weight 1 counts in the mean of its region, (K, 1, 1)."""
        return 1 / inner(feature.shape[2:], self.margin)

    def numbers(self, feature: torch.Size) -> Tensor:
        """Return the sum of weights of each region, (K,), float64, on the CPU."""
        return torch.tensor([inner(feature[2:], self.margin)], dtype=torch.float64)

    def add_up(self, of_chunks: Tensor) -> Tensor:
        """Return the sums over the chunks of each region, from (n, ...) to (K, ...)."""
        return of_chunks.sum(0, keepdim=True)

    def pull_back(
        self, rows: Tensor, mean: Tensor, matrices: Tensor, offsets: Tensor, feature: torch.Size
    ) -> Tensor:
        """Return a feature's gradient, (row - mean) matrix + offset of each region; (K, C), (K, C, C), (K, C)."""
        gradient = affine(rows, mean[0], matrices[0], offsets[0])
        return without_edge(map_of(gradient, feature[2:]), self.margin)


class Partition:
    """A layer's positions sorted by region, each region filled up to whole chunks.

    A partition costs one copy of the features each way, and of soft masks one more of positions that regions share.

    Args:
        masks: (K, H, W), as in `LayerRegions`: bool, where each position belongs to one region or none; else weights.
    """

    def __init__(self, masks: Tensor) -> None:
        indices = [mask.flatten().nonzero()[:, 0] for mask in masks]
        self.counts = [len(index) for index in indices]
        self.length = min(LONGEST, max(8, sum(self.counts) // CHUNKS))
        chunks = [-(-count // self.length) for count in self.counts]
        ends = list(accumulate(self.length * number for number in chunks))
        missing = [self.length * number - count for number, count in zip(chunks, self.counts, strict=True)]
        filled = [F.pad(index, (0, lack), value=-1) for index, lack in zip(indices, missing, strict=True)]
        order = torch.cat(filled)
        self.gaps = [(end - lack, end) for end, lack in zip(ends, missing, strict=True)]  # filled up
        self.order = order.clamp(min=0)
        self.owner = torch.arange(len(masks), device=masks.device).repeat_interleave(
            torch.tensor(chunks, dtype=torch.int64, device=masks.device)
        )
        self.chunks = chunks
        self.sums = masks.cpu().sum((1, 2), dtype=torch.float64)  # not every device has float64
        shares = torch.where(self.sums > 0, 1 / self.sums, 0).view(-1, 1, 1)
        lacking = masks.device.type in ("mps", "xpu")
        self.shares = shares.to(masks.device, torch.float32 if lacking else shares.dtype)
        self.inverse: Tensor | None = None
        self.weights: Tensor | None = None
        if masks.dtype == torch.bool:
            places = (order >= 0).nonzero()[:, 0]
            self.inverse = places.new_zeros(masks[0].numel()).index_put_((order[places],), places)
            self.nowhere = (~masks.any(0)).flatten().nonzero()[:, 0]
        else:
            weights = masks.flatten(1)[self.owner.repeat_interleave(self.length), self.order]
            self.weights = weights.masked_fill_(order < 0, 0).view(-1, self.length, 1)

    def rows(self, feature: Tensor) -> Tensor:
        """Return the positions of a feature (1, C, H, W) in chunks, (n, L, C)."""
        rows = rows_of(feature)  # index_select is twice as fast as rows[order]
        return rows.index_select(0, self.order).view(-1, self.length, rows.shape[1])

    def centered(self, rows: Tensor, center: Tensor, feature: torch.Size, block: slice) -> Tensor:
        """Return some chunks less their region's center (K, C), float32 or better; what fills them up is 0."""
        del feature
        centered = less(rows[block], center.index_select(0, self.owner[block])[:, None])
        flat, start = centered.flatten(0, 1), block.start * self.length
        for first, last in self.gaps:
            flat[max(0, first - start) : max(0, last - start)].zero_()
        return centered

    def of_chunks(self, of_regions: Tensor) -> Tensor:
        """Return for each chunk what its region has, from (K, ...) to (n, ...)."""
        return of_regions.index_select(0, self.owner)

    def weigh(self, chunks: Tensor, block: slice = ALL) -> Tensor:
        """Return each row of some chunks times its weight."""
        return chunks if self.weights is None else chunks * self.weights[block].to(chunks)

    def share(self, feature: Tensor) -> Tensor | float:
        """Return what a row of weight 1 counts in the mean of its region, (K, 1, 1)."""
        return self.shares.to(exact(feature.dtype))

    def numbers(self, feature: torch.Size) -> Tensor:
        """Return the sum of weights of each region, (K,), float64, on the CPU."""
        del feature
        return self.sums

    def add_up(self, of_chunks: Tensor) -> Tensor:
        """Return the sums over the chunks of each region, from (n, ...) to (K, ...)."""
        return torch.stack([part.sum(0) for part in torch.split(of_chunks, self.chunks)])

    def pull_back(
        self, rows: Tensor, mean: Tensor, matrices: Tensor, offsets: Tensor, feature: torch.Size
    ) -> Tensor:
        """Return a feature's gradient, (row - mean) matrix + offset of each region; (K, C), (K, C, C), (K, C)."""
        if len(mean) == 1:  # rounded as in `Whole`
            return self.scatter(self.weigh(affine(rows, mean[0], matrices[0], offsets[0])), feature)
        near, rounded, rest = rounded_apart(mean, matrices, offsets, rows.dtype)
        centered = shifted(rows, -self.of_chunks(near[:, None]))
        products = torch.baddbmm(self.of_chunks(rest[:, None]), centered, self.of_chunks(rounded))
        return self.scatter(self.weigh(products), feature)

    def scatter(self, chunks: Tensor, feature: torch.Size) -> Tensor:
        """Return the gradient of a feature from that of its chunks."""
        batch, channels, height, width = feature
        sorted_rows = chunks.flatten(0, 1)
        if not len(sorted_rows):  # a tile may have no position that counts
            return chunks.new_zeros(feature)
        if self.inverse is not None:
            rows = sorted_rows.index_select(0, self.inverse).index_fill_(0, self.nowhere, 0)
        else:
            rows = sorted_rows.new_zeros(height * width, channels).index_add_(0, self.order, sorted_rows)
        return rows.view(batch, height, width, channels).permute(0, 3, 1, 2)

    def split(self, feature: Tensor) -> list[tuple[Tensor, Tensor | None]]:
        """Return each region's positions in (1, C, H, W) as a feature of one row, (1, C, 1, N), and its mask."""
        lengths = [self.length * number for number in self.chunks]
        rows = Gather.apply(feature, self).flatten(0, 1)  # type: ignore[no-untyped-call]
        parts = torch.split(rows, lengths)
        weights = (
            [None] * len(parts) if self.weights is None else torch.split(self.weights.flatten(0, 1), lengths)
        )
        return [
            (part[:count].T[None, :, None], None if weight is None else weight[:count].view(1, 1, 1, -1))
            for part, weight, count in zip(parts, weights, self.counts, strict=True)
        ]


class Gather(Function):
    """A feature in the chunks of a partition, with the gradient by hand: a copy each way."""

    @staticmethod
    def forward(ctx: Any, feature: Tensor, partition: Partition) -> Tensor:
        ctx.partition, ctx.feature = partition, feature.shape
        return partition.rows(feature)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        # what fills chunks up has no gradient: split leaves it out
        return ctx.partition.scatter(gradients[0], ctx.feature), None


def without_edge(maps: Tensor, margin: int) -> Tensor:
    """Return maps, (..., H, W), after setting their edge to 0 in place, so many positions wide."""
    if margin:
        for edge in (maps[..., :margin, :], maps[..., -margin:, :], maps[..., :margin], maps[..., -margin:]):
            edge.zero_()
    return maps


def shifted(chunks: Tensor, offsets: Tensor) -> Tensor:
    """Return the rows of chunks (n, L, C), each plus its chunk's offset, (n, 1, C).

    As a product with the identity: a sum of many bfloat16 numbers takes three times as long.
    """
    if chunks.numel() < LARGE:
        return chunks + offsets
    same = identity(chunks.shape[2], chunks.dtype, chunks.device)
    return torch.baddbmm(offsets, chunks, same.expand(len(chunks), -1, -1))


def inner(size: Sequence[int], margin: int) -> int:
    """Return the number of positions of a layer, of a height and width, without its edge."""
    height, width = (side - 2 * margin for side in size)
    return height * width
