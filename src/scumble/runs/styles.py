"""A style as it is given: the picture, what is taken from it, and where it goes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from types import NoneType
from typing import Any

from scumble.errors import BadOption, UsageError, require_kind, several
from scumble.image.files import Picture
from scumble.image.frame import inner_box
from scumble.image.visible import with_alpha_that_counts
from scumble.options import Options
from scumble.options.table import shortly
from scumble.options.values import parse_layers

Box = tuple[float, float, float, float]  # left, top, right and bottom, as parts of the sides
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class Style:
    """A style picture, what is taken from it, and where it goes.

    What the options say of all styles (`style_mask`, `style_scale`, ...) comes before what is said here.

    Args:
        image: path, bytes, Pillow picture, NumPy array or tensor.
        weight: relative to the other styles' weights; 0 or more.
        mask: picture of what counts of it, white; all of it when omitted. What is transparent never counts.
        content_mask: picture of where in the content it goes, white; everywhere when omitted.
        layers: style layers that it gives, `"relu1_1,relu2_1"` or with weights; the options' own when omitted.
        scale: size of its brush strokes, 0.05 to 20.
        crop: part that counts: left, top, right and bottom as parts of its sides, [0, 1].

    Raises:
        BadOption: another weight, or layers that can be meant in two ways.
        UsageError: something of another type.
    """

    image: Any
    weight: float = 1.0
    mask: Any = None
    content_mask: Any = None
    layers: str | Mapping[str, float] | None = None
    scale: float | None = None
    crop: Box | None = None

    def __post_init__(self) -> None:
        require_kind("the weight of a style", self.weight, Real, "a number, 0 or more")
        if not 0 <= self.weight < math.inf:
            raise BadOption(f"the weight of a style is {self.weight}; it must be finite and 0 or more")
        layers, crop = (
            "layers, such as relu1_1,relu2_1",
            "left, top, right and bottom, such as (0, 0, 0.5, 1)",
        )
        require_kind("layers of a style", self.layers, (str, Mapping, list, tuple, NoneType), layers)
        require_kind("crop of a style", self.crop, (str, list, tuple, NoneType), crop)
        layers_of(self)


def layers_of(style: Style) -> Any:
    """Return the layers that a style gives, each with a weight, as far as can be said; None where it names none.

    Raises:
        BadOption: they can be meant in two ways.
    """
    try:
        return parse_layers(style.layers) if style.layers else None
    except ValueError as error:
        raise BadOption(f"layers of a style is {shortly(style.layers)}; {error}") from error


def as_styles(given: Any) -> list[Style]:
    """Return a style, or several, each as a `Style`."""
    several = given if isinstance(given, list | tuple) else [given]
    return [one if isinstance(one, Style) else Style(one) for one in several]


def with_styles(options: Options, styles: Sequence[Style]) -> Options:
    """Return the options with what the styles say for themselves, where the options do not say it."""
    told: dict[str, Any] = {}
    if any(style.layers is not None for style in styles):
        own = options.layers_of_styles(len(styles))
        told["style_layers"] = [layers_of(style) or layers for style, layers in zip(styles, own, strict=True)]
    if any(style.scale is not None for style in styles):
        told["style_scale"] = [1.0 if style.scale is None else style.scale for style in styles]
    if any(style.crop is not None for style in styles):
        told["style_crop"] = [style.crop or WHOLE for style in styles]
    return options.replace(**{name: value for name, value in told.items() if name not in options.given})


def pixels_of(picture: Picture, box: Box) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a part of a picture in pixels, right and bottom not included."""
    left, top, right, bottom = box
    first = (math.floor(left * picture.width), math.floor(top * picture.height))
    return (*first, math.ceil(right * picture.width), math.ceil(bottom * picture.height))


def cropped(picture: Picture, box: Box) -> Picture:
    """Return a part of a picture, at least one pixel.

    Args:
        picture: of any size.
        box: left, top, right and bottom as parts of its sides.

    Raises:
        BadOption: left is not before right, or top not above bottom.
    """
    left, top, right, bottom = box
    if not (left < right and top < bottom):
        shown = ",".join(f"{part:g}" for part in box)
        raise BadOption(f"style_crop is {shown}; left must be less than right, and top less than bottom")
    part = pixels_of(picture, box)
    return replace(picture, rgb=picture.rgb.crop(part), alpha=picture.alpha and picture.alpha.crop(part))


def boxes_of(options: Options, styles: Sequence[Picture]) -> Sequence[Box]:
    """Return which part of each style counts: as asked, or what is inside of its frame.

    Raises:
        UsageError: crops for another number of styles.
    """
    crops, number = options.style_crop, len(styles)
    if not crops:
        return [inner_box(style.rgb) for style in styles]
    crops = crops * number if len(crops) == 1 else crops
    if len(crops) != number:
        raise UsageError(
            f"got {several(len(crops), 'style crop')} for {several(number, 'style')}",
            "give one for each, in order",
        )
    return crops


def unframed(style: Picture, box: Box, options: Options) -> Picture:
    """Return the part of a style that counts; where nobody asked for it, with a note."""
    part = with_alpha_that_counts(cropped(style, box))
    if options.style_crop or part.rgb.size == style.rgb.size:
        return part
    size = f"{part.width} x {part.height} pixels inside of its frame"
    return replace(part, notes=(*part.notes, f"{size} are painted after; --style-crop 0,0,1,1 takes all"))
