"""What the machine could do at most, and how near an evaluation comes to it."""

from collections.abc import Iterator

import torch
from torch import nn

from benchmarks.speed.evaluations import seconds_of
from scumble.backbones.base import Backbone

SIDE = 2048  # of the matrices that are multiplied
NUMBERS = 2**26  # that are copied: more than any cache holds


def product_rate(precision: torch.dtype, device: torch.device) -> float:
    """Return the operations per second of a large matrix product."""
    a, b = (torch.rand(SIDE, SIDE).to(device, precision) for _ in range(2))
    return 2 * SIDE**3 / seconds_of(lambda: a @ b)


def copy_bandwidth(device: torch.device) -> float:
    """Return the bytes per second of a copy, read and written."""
    a, b = torch.rand(NUMBERS, device=device), torch.empty(NUMBERS, device=device)
    return 2 * 4 * NUMBERS / seconds_of(lambda: b.copy_(a))


def convolutions(backbone: Backbone, last: str, height: int, width: int) -> Iterator[tuple[float, float]]:
    """Yield the operations of each convolution up to a layer, and the numbers that it reads and writes."""
    for name, layer in zip(backbone.names, backbone.features, strict=True):
        if isinstance(layer, nn.Conv2d):
            high, wide = backbone.layer_size(name, height, width)
            per_position = (
                layer.in_channels * layer.out_channels * layer.kernel_size[0] * layer.kernel_size[1]
            )
            yield 2.0 * per_position * high * wide, (layer.in_channels + layer.out_channels) * high * wide
        if name == last:
            return


def limit(
    backbone: Backbone, last: str, height: int, width: int, precision: torch.dtype, device: torch.device
) -> dict[str, float]:
    """Return what an evaluation computes and moves at least, the machine's rates, and the seconds that follow.

    Every convolution is done twice, there and back, and reads and writes its numbers at least once.
    """
    there = list(convolutions(backbone, last, height, width))
    operations = 2 * sum(each for each, _ in there)
    moved = 2 * sum(numbers for _, numbers in there) * precision.itemsize
    rate, bandwidth = product_rate(precision, device), copy_bandwidth(device)
    return {
        "operations": operations, "bytes": moved, "operations_per_second": rate, "bytes_per_second": bandwidth,
        "seconds": operations / rate + moved / bandwidth,
    }  # fmt: skip
