"""The places of pictures that drive a channel most, as the patches that it sees there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageEnhance

from scumble.backbones.base import Backbone
from scumble.errors import UsageError, require_kind
from scumble.image.resize import fit
from scumble.image.sheet import PAPER, sheet
from scumble.look.channels import value_range
from scumble.look.colors import number
from scumble.look.labels import beneath, labelled, margined, paragraph
from scumble.look.seeing import Sight, as_names, choose_channels, options_of, see
from scumble.machine.guest import as_guest

CELL = 120  # width of a patch on the sheet, in pixels
APART = 0.5  # sides of a patch: nearer places show the same thing once more
FRAME = (254, 186, 62)

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom not included


@dataclass(frozen=True)
class Place:
    """A position of a layer at which a channel is strong.

    Args:
        picture: number of the picture, from 0.
        down: the position's row in the map.
        across: its column.
        activation: how strong the channel is there.
        box: what the position sees: left, top, right, bottom in pixels of the picture as the backbone saw it. It
            reaches beyond the picture where the position is near its edge.
    """

    picture: int
    down: int
    across: int
    activation: float
    box: Box


def box_of(backbone: Backbone, layer: str, down: int, across: int) -> Box:
    """Return what a position sees, as in `Place`.

    Example:
        >>> from scumble.backbones.base import backbones
        >>> box_of(backbones["vgg19"](), "relu1_2", 10, 20)
        (18, 8, 23, 13)
    """
    stride, before, after = backbone.receptive_field(layer)
    left, top = across * stride - before, down * stride - before
    side = before + 1 + after
    return left, top, left + side, top + side


def top_places(backbone: Backbone, sights: Sequence[Sight], channel: int, number_of: int) -> list[Place]:
    """Return the strongest places of a channel, strongest first, in none nearer to a stronger one than `APART`.

    Places at which the channel is silent or below zero are none, so that there may be fewer.
    """
    stride, before, after = backbone.receptive_field(sights[0].layer)
    radius = max(1, round(APART * (before + 1 + after) / stride))  # positions
    maps = [sight.feature[channel].clone() for sight in sights]
    found: list[Place] = []
    while len(found) < number_of:
        tops = [float(one.max()) for one in maps]
        picture = max(range(len(maps)), key=tops.__getitem__)
        if tops[picture] <= 0:
            break
        down, across = divmod(int(maps[picture].argmax()), maps[picture].shape[1])
        box = box_of(backbone, sights[0].layer, down, across)
        found.append(Place(picture, down, across, tops[picture], box))
        rows, columns = (slice(max(0, at - radius + 1), at + radius) for at in (down, across))
        maps[picture][rows, columns] = 0
    return found


@as_guest()
def strongest_places(
    images: Any, layer: str, channel: int, /, *, places: int = 8, **options: Any
) -> list[Place]:
    """Return where a channel is strongest in one or several pictures, strongest first.

    Args:
        images: path, bytes, Pillow picture, NumPy array or tensor, or a list of them.
        layer: such as `relu3_1`.
        channel: its number, from 0.
        places: how many at most; places half a patch or less from a stronger one are left out.
        options: as of `activations`.

    Raises:
        ScumbleError: as `activations`.

    Example:
        >>> picture = Image.new("RGB", (64, 64))
        >>> picture.putpixel((40, 20), (255, 255, 255))
        >>> [place.activation > 0 for place in strongest_places(picture, "relu1_1", 2, places=1, size=64)]
        [True]
    """
    backbone, [sights] = see(_several(images), [layer], options_of(options))
    choose_channels([channel], sights[0].feature, layer)
    return top_places(backbone, sights, channel, places)


@as_guest()
def patches(
    images: Any, layer: str | Sequence[str], /, *, channels: int | str | Sequence[int] = 6, places: int = 8,
    **options: Any,
) -> Image.Image:  # fmt: skip
    """Return a figure of the patches that drive the channels of a layer most, a row for each channel.

    A patch is all that a position of the layer sees. The row begins with the picture that holds the strongest place,
    lit where its patches are.

    Args:
        images: path, bytes, Pillow picture, NumPy array or tensor, or a list of them.
        layer: such as `relu3_1`, or several, for a section each.
        channels: how many, strongest first; or `all`; or a list of their numbers, from 0.
        places: how many patches of each channel at most, 1 to 32.
        options: as of `activations`.

    Raises:
        ScumbleError: as `activations`.

    Example:
        >>> patches(Image.new("RGB", (64, 64), "teal"), "relu1_1", channels=2, places=3, size=64).mode
        'RGB'

    Reference:
        Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2013),
        https://arxiv.org/abs/1311.2901, which shows such patches beside its reconstructions.
    """
    require_kind("places", places, int, "a number, 1 to 32")
    if not 1 <= places <= 32:
        raise UsageError(f"places is {places}; it should be 1 to 32")
    layers = as_names(layer)
    backbone, found = see(_several(images), layers, options_of(options))
    return beneath([_section(backbone, sights, channels, places) for sights in found])


def _several(images: Any) -> list[Any]:
    return list(images) if isinstance(images, list | tuple) else [images]


def _section(
    backbone: Backbone, sights: Sequence[Sight], asked: int | str | Sequence[int], places: int
) -> Image.Image:
    layer = sights[0].layer
    everywhere = torch.cat([sight.feature.flatten(1) for sight in sights], 1)  # (C, N)
    rows, names = [], []
    for channel in choose_channels(asked, everywhere, layer):
        found = top_places(backbone, sights, channel, places)
        names.append(f"channel {channel}   {value_range(everywhere[channel])}")
        rows.append(_row(sights, found))
    left, _, right, _ = box_of(backbone, layer, 0, 0)
    told = [
        f"The patches of {right - left} x {right - left} pixels that {len(rows)} of its {len(everywhere)} channels "
        "answer most",
        ", ".join(
            f"{sight.picture.name}, seen at {sight.view.width} x {sight.view.height}" for sight in sights
        ),
    ]
    grid = sheet(rows, names=names, width=CELL)
    head = paragraph(layer, told, grid.width - 16)
    return beneath([margined(head), grid], 0)


def _row(sights: Sequence[Sight], found: Sequence[Place]) -> list[Image.Image]:
    """Return the picture of the strongest place, and all patches."""
    best = found[0].picture if found else 0
    lit = _lit(sights[best].view, [place.box for place in found if place.picture == best])
    cells = [labelled(lit, [sights[best].picture.name], CELL)]
    for place in found:
        text = number(place.activation)
        if len(sights) > 1:
            text += f"   {sights[place.picture].picture.name}"
        cells.append(labelled(_patch(sights[place.picture].view, place.box), [text], CELL))
    return cells


def patch_at(view: Image.Image, box: Box) -> Image.Image:
    """Return what a position sees: the pixels in a box, and paper where it reaches beyond the picture."""
    paper = Image.new("RGB", (box[2] - box[0], box[3] - box[1]), PAPER)
    paper.paste(view, (-box[0], -box[1]))
    return paper


def _patch(view: Image.Image, box: Box) -> Image.Image:
    patch = patch_at(view, box)
    kind = Image.Resampling.NEAREST if patch.width < CELL / 3 else Image.Resampling.BICUBIC
    return patch.resize((CELL, CELL), kind)


def _lit(view: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Return a small gray picture, in color and framed where the boxes are."""
    size = fit(view.width, view.height, CELL)
    small = view.resize(size, Image.Resampling.LANCZOS)
    dim = ImageEnhance.Brightness(ImageEnhance.Color(small).enhance(0.1)).enhance(0.55)
    factor = size[0] / view.width
    scaled = [tuple(round(side * factor) for side in box) for box in boxes]
    for left, top, right, bottom in scaled:
        inside = (max(0, left), max(0, top), min(size[0], right + 1), min(size[1], bottom + 1))
        dim.paste(small.crop(inside), inside[:2])
    draw = ImageDraw.Draw(dim)
    for left, top, right, bottom in scaled:
        draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=FRAME)
    return dim
