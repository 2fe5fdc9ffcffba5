"""What a layer keeps of a picture: painted from noise until the layer cannot tell it from the picture."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from PIL import Image

from scumble.backbones.base import Backbone, backbones
from scumble.engine.run import paint
from scumble.errors import UnknownName, UsageError, require_kind
from scumble.image.files import Picture, read_picture
from scumble.image.resize import resize
from scumble.image.sheet import sheet
from scumble.image.tensors import to_picture
from scumble.image.visible import visible
from scumble.look.labels import beneath, margined, paragraph
from scumble.look.seeing import SEEING, as_names, options_of, require_layers
from scumble.losses.base import Loss, losses
from scumble.machine.guest import as_guest
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.plan.pyramid import canvas

KEEPING = (*SEEING, "precision", "max_memory", "seed", "steps")
"""The options that decide what is reconstructed; they mean what they do to `scumble.stylize`."""

SIZE, STEPS = 256, 120  # long edge in pixels, and updates, where none are given
RANGE = 200.0  # weight of what keeps pixels within a file's range; it says nothing of the picture


def reading_losses() -> list[str]:
    """Return the losses that read a layer, by name."""
    return [name for name in losses if not losses[name].on_image and losses[name].reference != "none"]


def loss_named(name: str) -> tuple[str, Loss]:
    """Return a loss that reads a layer, with its name; `style` is short for the style loss of the default preset.

    Raises:
        UnknownName: there is no such loss.
        UsageError: it reads pixels.

    Example:
        >>> loss_named("style")[0]
        'covariance'
    """
    require_kind("loss", name, str, "a name, such as gram")
    defaults = [one for one in Options().weight if losses[one].reference == "style"]
    own = defaults[0] if name == "style" else name
    if own not in losses:
        raise UnknownName("loss", name, ["style", *reading_losses()])
    if own not in reading_losses():
        raise UsageError(
            f"the loss {name!r} reads pixels, and no layer; those that read one: {', '.join(reading_losses())}"
        )
    return own, losses[own]()


@as_guest()
def _names(backbone: str) -> Backbone:
    """Return a backbone that knows its layers but has no weights."""
    with torch.device("meta"):
        return backbones[backbone]()


def compared_layers(loss: Loss, layer: str, backbone: Backbone) -> list[str]:
    """Return what a reconstruction is compared at: for a content loss the layer; for a style loss those up to it.

    Up to it are the style layers of the default preset that come before, and itself.

    Example:
        >>> compared_layers(loss_named("gram")[1], "relu3_1", backbones["vgg19"]())
        ['relu1_1', 'relu2_1', 'relu3_1']
    """
    if loss.reference == "content":
        return [layer]
    depth = backbone.names.index(layer)
    before = [own for own in style_layers(backbone) if backbone.names.index(own) < depth]
    return [*before, layer]


def style_layers(backbone: Backbone) -> list[str]:
    """Return the backbone's layers that the default preset takes for style, from shallow to deep."""
    return list(
        dict.fromkeys(backbone.nearest_layer(name, "style") for name in Options().layers_of_styles(1)[0])
    )


def reconstruct(image: Any, layer: str, /, loss: str = "content", **options: Any) -> Image.Image:
    """Return a picture, painted from noise, of which a layer says the same as of the given one.

    With a content loss it has the same activations at that layer: what is lost on the way there stays noise. With a
    style loss it has the same statistics at the style layers up to that one: texture without a place. All is done by
    the engine of `scumble.stylize`, at one size, with that one loss and `range`, which keeps pixels between 0 and 1.

    Args:
        image: path, bytes, Pillow picture, NumPy array or tensor.
        layer: such as `relu3_1`.
        loss: `content`, `style`, or another loss that reads layers, such as `gram`.
        options: `backbone`, `pooling`, `input`, `size` (256 if not given), `steps` (120), `seed`, `device`,
            `threads`, `precision`, `max_memory`, as of `scumble.stylize`.

    Raises:
        ScumbleError: a picture, layer, loss or option that will not do, or weights that are not here.

    Example:
        >>> reconstruct(Image.new("RGB", (48, 32), "teal"), "relu1_1", size=48, steps=3).size
        (48, 32)

    Reference:
        Gatys, Ecker, Bethge: A Neural Algorithm of Artistic Style (2015), https://arxiv.org/abs/1508.06576, fig. 1.
    """
    given = options_of({"size": SIZE, "steps": STEPS, **options}, KEEPING)
    picture = visible(read_picture(image))
    name, kind = loss_named(loss)
    _check([picture], [layer], given)
    return _painted(picture, compared_layers(kind, layer, _names(given.backbone)), name, given)


def _check(pictures: Sequence[Picture], layers: Sequence[str], options: Options) -> None:
    """Refuse layers that there are not, and pictures too small for them, before anything is painted."""
    backbone = _names(options.backbone)
    require_layers(backbone, layers)
    for picture in pictures:
        width, height = canvas(options.size, picture.width, picture.height)
        backbone.require_size(height, width, layers)


def _painted(picture: Picture, layers: Sequence[str], name: str, given: Options) -> Image.Image:
    none = dict.fromkeys(Options().weight, 0.0)
    options = given.replace(
        start="noise", coarsest=0, regions="off", recolor=0,
        weight={**none, "range": RANGE, name: 1.0}, content_layers=list(layers), style_layers=list(layers),
    )  # fmt: skip
    for step in paint(make_plan(options, picture, (picture,), (1.0,))):
        last = step
    with as_guest():
        return to_picture(last.image)


def keeps(
    images: Any,
    layers: str | Sequence[str] = (),
    /,
    of: str | Sequence[str] = "content",
    *,
    tell: Callable[[str], None] = lambda _: None,
    **options: Any,
) -> Image.Image:
    """Return a figure of what layers keep of a picture: a row for each loss, a column for each layer.

    Args:
        images: path, bytes, Pillow picture, NumPy array or tensor, or a list of them, for a row each.
        layers: such as `relu3_1`, or several; the style layers of the default preset when omitted.
        of: the loss or losses, as in `reconstruct`.
        tell: called with a line for each picture that is done; it takes seconds to a minute.
        options: as of `reconstruct`.

    Raises:
        ScumbleError: as `reconstruct`.

    Example:
        >>> keeps(Image.new("RGB", (48, 32)), ["relu1_1", "relu2_1"], size=48, steps=2).mode
        'RGB'

    Reference:
        Gatys, Ecker, Bethge: A Neural Algorithm of Artistic Style (2015), https://arxiv.org/abs/1508.06576, fig. 1.
    """
    given = options_of({"size": SIZE, "steps": STEPS, **options}, KEEPING)
    pictures = [
        visible(read_picture(image)) for image in (images if isinstance(images, list | tuple) else [images])
    ]
    wanted = [loss_named(name) for name in as_names(of, "of")]
    if not wanted:
        raise UsageError(f"no loss was named; those that read a layer: style, {', '.join(reading_losses())}")
    backbone = _names(given.backbone)
    columns = as_names(layers) or style_layers(backbone)
    _check(pictures, columns, given)
    rows, names = [], []
    for picture in pictures:
        for name, loss in wanted:
            row = [resize(picture.rgb, canvas(given.size, picture.width, picture.height))]
            for layer in columns:
                row.append(_painted(picture, compared_layers(loss, layer, backbone), name, given))
                tell(f"{picture.name}: {name} at {layer} is done")
            rows.append(row)
            reach = "of each layer" if loss.reference == "content" else "up to each layer"
            names.append(f"{picture.name}: {name} {reach}")
    return _laid_out(rows, names, columns, given)


def _laid_out(
    rows: Sequence[Sequence[Image.Image]], names: Sequence[str], layers: Sequence[str], options: Options
) -> Image.Image:
    width = max(160, min(SIZE, max(row[0].width for row in rows)))
    grid = sheet(rows, ["", *layers], names, width)
    steps = options.steps[0]
    told = [f"Painted from noise until {options.backbone} sees the same: {steps} steps, seed {options.seed}."]
    return beneath([margined(paragraph("What each layer keeps", told, grid.width - 16)), grid], 0)
