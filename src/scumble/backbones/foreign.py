"""Any torch module as a backbone: read at submodules that are named, with weights of its own."""

import copy
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from scumble.backbones.base import LAYER, Backbone, Kind
from scumble.backbones.contents import digest
from scumble.backbones.extents import Extent
from scumble.backbones.layers import Pooling
from scumble.backbones.normalization import TORCHVISION, Normalization
from scumble.backbones.probing import NARROW, Probe
from scumble.errors import BadOption, PluginFailed, UnknownName


@dataclass(frozen=True)
class Measured:
    """What is found out about a kind of backbone, once in a process.

    Args:
        extents: of its layers, in the order in which they are reached.
        sha256: of its weights.
    """

    extents: Mapping[str, Extent]
    sha256: str


class Foreign(Backbone):
    """A network that was not made for Scumble.

    A subclass gives its `module`, weights and all, and says where it is read. How the layers' positions lie over the
    picture is measured when it is first made, and then tried with its own weights.

    Attributes:
        layers: names of submodules, as of `named_modules`; of one that is used several times the first result counts.
        content_layers: those that stand for VGG's in content losses, from shallow to deep; the middle one if empty.
        style_layers: those in style losses; all if empty.
        stated: extents by layer, where measuring would take too long.
        input: what the module reads.
    """

    own_weights = True
    chained = False
    layers: ClassVar[Sequence[str]] = ()
    content_layers: ClassVar[Sequence[str]] = ()
    style_layers: ClassVar[Sequence[str]] = ()
    stated: ClassVar[Mapping[str, Extent]] = {}
    input: ClassVar[Normalization] = TORCHVISION

    def __init__(self, normalization: Normalization | None = None, pooling: Pooling | None = None) -> None:
        nn.Module.__init__(self)
        if pooling:
            raise BadOption(
                f"{type(self).__name__} pools in a way of its own, not by {pooling}",
                "--pooling own leaves it as it is",
            )
        measured = measured_of(type(self))
        self.names = tuple(measured.extents)
        self.extents = {"image": Extent(), **measured.extents}
        self.features: nn.Module = made(type(self))  # type: ignore[assignment]
        self._settle(normalization or self.input)

    @classmethod
    def module(cls) -> nn.Module:
        """Return the network with its weights."""
        raise NotImplementedError

    def _read(self, activation: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        found = first_results(self.features, activation, wanted)
        return found if self.gain == 1 else {name: self.gain * feature for name, feature in found.items()}

    def nearest_layer(self, name: str, of: Kind | None = None) -> str:
        """Return a layer by its name, or for one of VGG's five blocks that layer here which is about as deep."""
        if name in ("image", *self.names):
            return name
        match = LAYER.fullmatch(name)
        if not match:
            raise UnknownName("layer", name, self.names)
        known = self.names
        declared = {
            "content": self.content_layers or known[len(known) // 2 :][:1],
            "style": self.style_layers,
        }
        among = [own for own in known if own in declared.get(of or "", ())] or known
        return among[round((int(match[2]) - 1) / 4 * (len(among) - 1))]


class Enough(Exception):  # noqa: N818
    """All layers that were asked for are read; the rest of the network need not be computed."""


def first_results(module: nn.Module, image: Tensor, names: Collection[str]) -> dict[str, Tensor]:
    """Return the first results of some submodules, in the order in which they are reached."""
    found: dict[str, Tensor] = {}

    def keep(name: str, result: Any) -> None:
        if not isinstance(result, Tensor):
            raise PluginFailed(
                f"the layer {name!r} gives an object of type {type(result).__name__}, not a tensor"
            )
        found.setdefault(name, result)
        if len(found) == len(names):
            raise Enough

    handles = [
        module.get_submodule(name).register_forward_hook(lambda _, __, result, name=name: keep(name, result))
        for name in names
    ]
    try:
        if names:
            module(image)
    except Enough:
        pass
    finally:
        for handle in handles:
            handle.remove()
    if unused := [name for name in names if name not in found]:
        raise PluginFailed(f"the layer {unused[0]!r} is not used when the network reads a picture")
    return found


def made(kind: type[Foreign]) -> nn.Module:
    """Return the module of a backbone, frozen, on the CPU; the global random state stays as it is."""
    with torch.device("cpu"), torch.random.fork_rng(devices=[]):
        module = kind.module()
    for part in module.modules():
        if getattr(part, "inplace", False):
            part.inplace = False  # type: ignore[assignment]  # it would overwrite what is read before it
    return module.eval().requires_grad_(False)


_measured: dict[type, Measured] = {}  # once in a process


def measured_of(kind: type[Foreign]) -> Measured:
    """Return the extents of a backbone's layers and the digest of its weights.

    Raises:
        UnknownName: the module has no such submodule.
        PluginFailed: a layer is no map of the picture, or is overwritten later.
    """
    if kind not in _measured:
        _measured[kind] = measured_extents(kind)
    return _measured[kind]


def measured_extents(kind: type[Foreign]) -> Measured:
    """Measure a backbone."""
    module = made(kind)
    submodules = [name for name, _ in module.named_modules() if name]
    for name in kind.layers or [""]:
        if name not in submodules:
            raise UnknownName("submodule", name, submodules)
    sha256 = digest({}, module.state_dict())
    exact = copy.deepcopy(module).double()
    with torch.device("cpu"), torch.random.fork_rng(devices=[]), one_thread():
        found = ordered(exact, kind.layers)

        def through(image: Tensor, names: Collection[str]) -> dict[str, Tensor]:
            return first_results(exact, image, names)

        left = [name for name in found if name not in kind.stated]
        extents = {**Probe(through, left, kind.__name__).extents(), **kind.stated}
        tried = {name: as_tried(exact, name, extents[name]) for name in found}
    return Measured(tried, sha256)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread: for strips this small, others only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@torch.no_grad()
def ordered(module: nn.Module, names: Sequence[str]) -> list[str]:
    """Return layers in the order in which they are reached, none of which may be changed afterwards."""
    image = torch.rand(1, 3, NARROW, NARROW, dtype=torch.float64)
    together = first_results(module, image, names)
    for name, feature in together.items():
        if not torch.equal(first_results(module, image, [name])[name], feature):
            raise PluginFailed(
                f"the layer {name!r} is overwritten by a later step of the network",
                "read the layer after that step",
            )
    return list(together)


@torch.no_grad()
def as_tried(module: nn.Module, name: str, extent: Extent) -> Extent:
    """Return an extent, and where a part of a picture shows another layer than the whole, that it sees everything."""
    if extent.everywhere:
        return extent
    half = extent.stride * math.ceil((extent.before + extent.after + 2 * NARROW) / extent.stride)
    for across in (False, True):
        strip = torch.rand(1, 3, 2 * half + extent.stride // 2, NARROW, dtype=torch.float64)
        whole, first, last = (
            exchanged(first_results(module, exchanged(part, across).contiguous(), [name])[name], across)
            for part in (strip, strip[:, :, :half], strip[:, :, half:])
        )
        own, skipped = (half - 1 - extent.after) // extent.stride + 1, -(-extent.before // extent.stride)
        pairs = [(first[:, :, :own], whole[:, :, :own]),
                 (last[:, :, skipped:], whole[:, :, half // extent.stride + skipped :])]  # fmt: skip
        if not all(a.shape == b.shape and torch.allclose(a, b, rtol=1e-6, atol=1e-9) for a, b in pairs):
            return replace(extent, everywhere=True)
    return extent


def exchanged(image: Tensor, across: bool) -> Tensor:
    """Return a picture with its sides exchanged, or as it is."""
    return image.mT if across else image
