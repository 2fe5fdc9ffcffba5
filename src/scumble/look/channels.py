"""The channels of a layer: what each of them answers to a picture, and where."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from scumble.backbones.base import Backbone
from scumble.image.resize import fit, resize
from scumble.image.sheet import GAP, sheet
from scumble.look.colors import colored, number, scale_bar
from scumble.look.labels import beneath, beside, labelled, margined, paragraph
from scumble.look.seeing import Sight, as_names, choose_channels, options_of, see
from scumble.machine.guest import as_guest

MANY = 24  # channels, of which a cell each has room beside the picture
PANEL = 320  # width of the picture beside them, in pixels
CELL, SMALL_CELL = 152, 104  # widths of a channel's map: of few, of many


@as_guest()
def activations(
    image: Any, layer: str | Sequence[str], /, *, channels: int | str | Sequence[int] = MANY, **options: Any
) -> Image.Image:
    """Return a figure of a layer: the picture, and beside it the maps of its channels in color.

    All maps of a layer share one scale: silent places are dark, and all but the strongest in two hundred are below
    its lightest color. Activations below zero, before a ReLU, are blue. Each label says which channel, and its range.

    Args:
        image: path, bytes, Pillow picture, NumPy array or tensor.
        layer: such as `relu3_1`, or several, for a section each.
        channels: how many, strongest first; or `all`; or a list of their numbers, from 0.
        options: `backbone`, `pooling`, `input`, `size`, `device`, `threads`, as of `scumble.stylize`.

    Raises:
        ScumbleError: a picture, layer, channel or option that will not do, or weights that are not here.

    Example:
        >>> activations(Image.new("RGB", (64, 48), "teal"), "relu2_1", channels=6, size=64).mode
        'RGB'
    """
    layers = as_names(layer)
    backbone, found = see([image], layers, options_of(options))
    return beneath([_section(backbone, sight, channels) for [sight] in found], 3 * GAP)


def _section(backbone: Backbone, sight: Sight, asked: int | str | Sequence[int]) -> Image.Image:
    chosen = choose_channels(asked, sight.feature, sight.layer)
    shown = sight.feature[chosen]
    most = top_of(shown)
    width, columns = (
        (CELL, 6) if len(chosen) <= MANY else (SMALL_CELL, math.ceil(math.sqrt(1.6 * len(chosen))))
    )
    label = "channel {}   {}" if width == CELL else "{}:  {}"
    cells = [
        labelled(map_of(values, most, width), [label.format(channel, value_range(values))], width)
        for channel, values in zip(chosen, shown, strict=True)
    ]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    return beside(margined(_panel(backbone, sight, shown)), sheet(rows, width=width))


def _panel(backbone: Backbone, sight: Sight, shown: Tensor) -> Image.Image:
    """Return what stands beside the maps: the layer, the picture, the scale."""
    stride, before, after = backbone.receptive_field(sight.layer)
    number_of, seen = len(sight.feature), before + 1 + after
    told = [
        f"{len(shown)} of {number_of} channels, each {sight.size} positions",
        f"{stride} {'pixel' if stride == 1 else 'pixels'} apart; each sees {seen} x {seen} pixels",
        f"{sight.picture.name}, seen at {sight.view.width} x {sight.view.height}",
    ]
    view = resize(sight.view, fit(sight.view.width, sight.view.height, PANEL))
    most = top_of(shown)
    bar = scale_bar(
        max(-most, min(0.0, float(shown.min()))), min(most, max(0.0, float(shown.max()))), most, PANEL
    )
    return beneath([paragraph(sight.layer, told, PANEL), view, bar])


def top_of(shown: Tensor) -> float:
    """Return what the lightest color stands for: a few strong places would leave all others in the dark."""
    magnitudes = shown.abs().flatten()
    return float(torch.kthvalue(magnitudes, math.ceil(0.995 * len(magnitudes))).values)


def map_of(values: Tensor, most: float, width: int) -> Image.Image:
    """Return a channel's activations (h, w) in color, as wide as a cell, or narrower where that would be too high.

    A position becomes a square, or, where there are more of them than pixels, each pixel a mean of positions.
    """
    high, across = values.shape
    factor = min(width / across, 1.5 * width / high)
    size = (max(1, round(high * factor)), max(1, round(across * factor)))
    grown = [max(now, wanted) for now, wanted in zip(values.shape, size, strict=True)]
    squares = F.interpolate(values[None, None], grown, mode="nearest-exact")
    return colored(F.adaptive_avg_pool2d(squares, size)[0, 0], most)


def value_range(values: Tensor) -> str:
    """Return the range of activations as people write it.

    Example:
        >>> value_range(torch.tensor([0.0, 1.25])), value_range(torch.tensor([-2.0, 1.0]))
        ('0 to 1.25', '-2 to 1')
    """
    return f"{number(float(values.min()))} to {number(float(values.max()))}"
