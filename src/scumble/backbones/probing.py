"""The extents of the layers of any network, found out by experiment.

What is no number makes everything that sees it no number, through weights of zero and silent units, too. So a row of
pixels that are none shows which positions see it, in strips as narrow as the network allows, along each side.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from scumble.backbones.extents import Extent
from scumble.errors import PluginFailed

Read = Callable[[Tensor, Collection[str]], Mapping[str, Tensor]]

PERIOD = 960  # pixels: a multiple of all strides that networks have
LONGEST = 2048  # pixels: a position that sees so many sees them all
NARROW = 32


class Probe:
    """Try a network out.

    Args:
        read: the activations of some layers for an image, (1, 3, H, W), float64.
        names: of all layers.
        backbone: its name in messages.
    """

    def __init__(self, read: Read, names: Collection[str], backbone: str) -> None:
        self.read, self.names, self.backbone = read, names, backbone

    def extents(self) -> dict[str, Extent]:
        """Return the extents of all layers.

        Raises:
            PluginFailed: a layer is no map of the picture.
        """
        found = {name: self._size(name) for name in self.names}
        for across in (False, True):
            reaches = self._reaches(found, across)
            for name, (before, after) in reaches.items():
                found[name] = replace(
                    found[name],
                    before=max(before, found[name].before),
                    after=max(after, found[name].after),
                    everywhere=found[name].everywhere or before < 0,
                )
        return {name: replace(extent, kept=self._kept(name)) for name, extent in found.items()}

    def _strip(self, length: int, across: bool, row: int | None = None) -> Tensor:
        """Return a strip along one side, one row of which may be no numbers."""
        generator = torch.Generator().manual_seed(length)
        strip = torch.rand(1, 3, length, NARROW, dtype=torch.float64, generator=generator)
        if row is not None:
            strip[:, :, row] = torch.nan
        return strip.mT if across else strip

    def _size(self, name: str) -> Extent:
        """Return stride, size and channels of a layer, and the smallest picture that reaches it."""
        lengths = [NARROW, NARROW + PERIOD]
        first, last = (self._feature(name, self._strip(length, False)) for length in lengths)
        more = last.shape[2] - first.shape[2]
        stride = PERIOD // more if more > 0 and PERIOD % more == 0 else 0
        if not stride:
            raise self.no_map(name)
        sizes = {
            NARROW + more: self._feature(name, self._strip(NARROW + more, False)) for more in range(stride)
        }
        spare = min(stride * shape.shape[2] - 1 - length for length, shape in sizes.items())
        extent = Extent(stride, spare=spare, channels=first.shape[1])
        wrong = [length for length, shape in sizes.items() if shape.shape[2] != extent.positions(length)]
        if wrong or first.shape[3] != extent.positions(NARROW):
            raise self.no_map(name)
        return replace(extent, least=self._least(name, extent))

    def no_map(self, name: str) -> PluginFailed:
        """Return the error for a layer whose size does not follow the picture's."""
        return PluginFailed(
            f"the layer {name!r} of {self.backbone} is no map (1, C, H / stride, W / stride) of the picture",
            "name a layer before it is flattened or brought to a fixed size",
        )

    def _feature(self, name: str, image: Tensor) -> Tensor:
        with torch.no_grad():
            feature = self.read(image, [name])[name]
        if feature.ndim != 4:
            raise self.no_map(name)
        return feature

    def _least(self, name: str, extent: Extent) -> int:
        for side in range(max(1, -extent.spare), NARROW):
            try:
                feature = self._feature(name, torch.rand(1, 3, side, side, dtype=torch.float64))
            except (RuntimeError, ValueError):  # a mirrored edge, or a window larger than the map
                continue
            if feature.numel():
                return side
        return NARROW

    def _reaches(self, extents: Mapping[str, Extent], across: bool) -> dict[str, tuple[int, int]]:
        """Return how far each layer's positions see along a side; -1 where they see the whole picture."""
        found, length = {}, 2 * NARROW
        stride = math.lcm(*(extent.stride for extent in extents.values()))
        left = list(extents)
        while left and length <= LONGEST:
            reaches: dict[str, list[tuple[int, int]]] = {name: [] for name in left}
            for row in range(length // 2, length // 2 + stride):
                with torch.no_grad():
                    features = self.read(self._strip(length, across, row), left)
                for name in left:
                    seen = seeing(features[name].mT if across else features[name])
                    reaches[name].append(reach(seen, extents[name].stride, row))
            for name, each in reaches.items():
                if all(before >= 0 for before, _ in each):
                    found[name] = max(before for before, _ in each), max(after for _, after in each)
            left = [name for name in left if name not in found]
            length *= 2
        return found | dict.fromkeys(left, (-1, -1))

    def _kept(self, name: str) -> float:
        """Return how many numbers autograd keeps for each pixel of a picture to come back from a layer."""
        kept: dict[int, int] = {}

        def count(tensor: Tensor) -> Tensor:
            if not tensor.is_leaf or not tensor.requires_grad:
                kept[tensor.untyped_storage().data_ptr()] = tensor.numel()
            return tensor

        image = torch.rand(1, 3, 2 * NARROW, 2 * NARROW, dtype=torch.float64).requires_grad_()
        with saved_tensors_hooks(count, lambda tensor: tensor):
            feature = self.read(image, [name])[name]
            kept[feature.untyped_storage().data_ptr()] = feature.numel()
        return sum(kept.values()) / image[0, 0].numel()


def seeing(feature: Tensor) -> list[int]:
    """Return which positions down a feature (1, C, H, W) are no numbers."""
    found: list[int] = feature[0].isnan().any(2).any(0).nonzero().flatten().tolist()
    return (
        [-1] if len(found) == feature.shape[2] else [*found, *([-1] if feature.shape[2] - 1 in found else [])]
    )


def reach(seen: list[int], stride: int, row: int) -> tuple[int, int]:
    """Return how far before and after themselves positions see that see a row; -1 where the strip was too short."""
    if not seen:
        return 0, 0
    if 0 in seen or seen[-1] < 0:
        return -1, -1
    return max(0, seen[-1] * stride - row), max(0, row - seen[0] * stride)
