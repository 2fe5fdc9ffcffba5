"""What a backbone sees of a picture: its activations, at the size and with the pooling that a run would have."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.backbones.shelf import LAST
from scumble.errors import UnknownName, UsageError, require_kind
from scumble.image.files import Picture, read_picture
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.image.visible import visible
from scumble.machine.device import choose_device
from scumble.machine.guest import as_guest
from scumble.objective.fit import too_large
from scumble.options import Options
from scumble.plan.pyramid import canvas
from scumble.plugins import is_out_of_memory

NETWORK = ("backbone", "pooling", "input", "device", "threads")
SEEING = (*NETWORK, "size")
"""The options that decide what is seen; they mean what they do to `scumble.stylize`."""


def options_of(given: Mapping[str, Any], allowed: Collection[str] = SEEING) -> Options:
    """Return options given by name.

    Raises:
        UnknownName: one that makes no difference to what is shown.
        BadOption: a value outside its range or choices.

    Example:
        >>> options_of({"strength": 60})
        Traceback (most recent call last):
        scumble.errors.UnknownName: unknown option 'strength'; known: backbone, pooling, input, device, threads, size
    """
    for name in given:
        if name not in allowed:
            raise UnknownName("option", name, allowed)
    return Options(**given)


@dataclass(frozen=True)
class Sight:
    """One layer's activations of one picture.

    Args:
        picture: what was read, with its name.
        view: the picture in the size that the backbone saw.
        layer: the layer's name.
        feature: its activations, (C, h, w), float32.
    """

    picture: Picture
    view: Image.Image
    layer: str
    feature: Tensor

    @property
    def size(self) -> str:
        """Of the map, as people write it."""
        return f"{self.feature.shape[2]} x {self.feature.shape[1]}"


@as_guest()
def see(
    pictures: Sequence[Any], layers: Sequence[str], options: Options
) -> tuple[Backbone, list[list[Sight]]]:
    """Return the backbone, and for each layer what it sees of each picture, in which nothing hidden is left.

    Raises:
        ImageError: a picture that cannot be read, is transparent everywhere, or smaller than a layer needs.
        UnknownName: the backbone has no such layer.
        WeightsError: the backbone's weights are not here.
        OutOfMemory: the activations do not fit into memory.
    """
    read = [visible(read_picture(picture)) for picture in pictures]
    device = choose_device(options.device)
    backbone = LAST.take(options, device)
    require_layers(backbone, layers)
    sights: dict[str, list[Sight]] = {layer: [] for layer in layers}
    for picture in read:
        view = resize(picture.rgb, canvas(options.size, picture.width, picture.height))
        found = _activations(backbone, to_tensor(view).to(device), layers, options.threads)
        for layer in layers:
            sights[layer].append(Sight(picture, view, layer, found[layer]))
    return backbone, [sights[layer] for layer in layers]


def as_names(asked: str | Sequence[str], what: str = "layer") -> list[str]:
    """Return one name or several as a list.

    Raises:
        UsageError: what is neither.
    """
    require_kind(what, asked, (str, list, tuple), "a name or a list of names")
    return [asked] if isinstance(asked, str) else list(asked)


def require_layers(backbone: Backbone, layers: Sequence[str]) -> None:
    """Raise unless there are layers, each one of the backbone's and none twice."""
    if not layers:
        raise UsageError("no layer was named", f"layers: {', '.join(backbone.names)}")
    for layer in layers:
        require_kind("layer", layer, str, "a name, such as relu3_1")
        if layer not in backbone.names:
            raise UnknownName("layer", layer, backbone.names)
        if layers.count(layer) > 1:
            raise UsageError(f"layer {layer!r} was named twice")


@torch.no_grad()
def _activations(backbone: Backbone, image: Tensor, layers: Sequence[str], threads: int) -> dict[str, Tensor]:
    """Return the activations of layers, (C, h, w) each, on the CPU."""
    try:
        with as_guest(threads):
            found = backbone(image, layers)
    except (MemoryError, RuntimeError, OSError) as error:
        if not is_out_of_memory(error):
            raise
        raise too_large(image.shape[-1], image.shape[-2]) from error
    return {name: feature[0].float().cpu().contiguous() for name, feature in found.items()}


def features(image: Any, layer: str, /, **options: Any) -> NDArray[np.float32]:
    """Return a layer's activations of a picture as an array (C, h, w).

    Args:
        image: path, bytes, Pillow picture, NumPy array or tensor.
        layer: such as `relu3_1`.
        options: `backbone`, `pooling`, `input`, `size`, `device`, `threads`, as of `scumble.stylize`.

    Raises:
        ScumbleError: see `see`.

    Example:
        >>> features(np.zeros((48, 64, 3), np.uint8), "relu3_1", size=64).shape
        (64, 12, 16)
    """
    _, [[sight]] = see([image], [layer], options_of(options))
    array: NDArray[np.float32] = sight.feature.numpy()
    return array


def strength(feature: Tensor) -> Tensor:
    """Return how strong each channel is, (C,): the mean over positions of what a ReLU lets through.

    Args:
        feature: (C, ...), such as (C, h, w) of one picture or (C, N) of several.
    """
    return feature.flatten(1).clamp(min=0).mean(1)


def choose_channels(asked: int | str | Sequence[int], feature: Tensor, layer: str) -> list[int]:
    """Return channels by number.

    Args:
        asked: how many, and the strongest are taken, strongest first; or `all`, in order; or a list of numbers.
        feature: (C, ...).
        layer: what it is called in messages.

    Raises:
        UsageError: there is no such channel, or none was asked for.

    Example:
        >>> feature = torch.tensor([[0.0, 1.0], [5.0, 5.0], [-3.0, 3.0]])
        >>> choose_channels(2, feature, "relu1_1"), choose_channels([0], feature, "relu1_1")
        ([1, 2], [0])
    """
    number = len(feature)
    require_kind("channels", asked, (int, str, list, tuple), "a number, all, or a list of channels")
    if isinstance(asked, str) and asked != "all":
        raise UsageError(f"channels is {asked!r}; it should be a number, all, or a list of channels")
    if isinstance(asked, int):
        if asked < 1:
            raise UsageError(f"channels is {asked}; at least 1 must be shown")
        return strength(feature).argsort(descending=True, stable=True)[:asked].tolist()
    wanted = list(range(number)) if isinstance(asked, str) else list(asked)
    if not wanted:
        raise UsageError("channels is an empty list; at least 1 must be shown")
    for channel in wanted:
        require_kind("channel", channel, Integral, "a number")
        if not 0 <= channel < number:
            raise UsageError(f"channel {channel} was asked for; {layer} has {number}, 0 to {number - 1}")
    return wanted
