"""What a run is given: the pictures read, and what its record says of each."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from numbers import Real
from pathlib import Path
from types import NoneType
from typing import Any

from PIL import Image

from scumble.errors import BadOption, ImageError, UsageError, require_kind, several
from scumble.image.files import Picture, missing, read_picture
from scumble.image.frame import inside
from scumble.image.masks import make_masks, require_seen, stretched
from scumble.image.visible import visible, with_alpha_that_counts
from scumble.options import Options
from scumble.options.table import shortly
from scumble.options.values import parse_layers
from scumble.outputs.files import writers_by_suffix
from scumble.paths import as_path
from scumble.plan.plan import START_KINDS, Plan, make_plan
from scumble.record import Source

Box = tuple[float, float, float, float]  # left, top, right and bottom, as parts of the sides
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
NO_MASK = "none"  # stands for a style that counts as a whole, or goes everywhere
EVERYWHERE = Picture(Image.new("RGB", (1, 1), "white"), None, NO_MASK, "")


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


@dataclass(frozen=True)
class Sources:
    """What a record says of the pictures that went in."""

    content: Source
    styles: tuple[Source, ...]
    start: Source | None = None
    content_masks: tuple[Source | None, ...] = ()
    style_masks: tuple[Source | None, ...] = ()


Read = tuple[Picture, Source]


def read(given: Any, weight: float = 1.0) -> Read:
    """Read a picture, and say where it is from."""
    path = as_path(given) if isinstance(given, str | os.PathLike) else None
    picture = read_picture(given if path is None else path)
    return picture, Source.of(picture, path, weight)


def read_seen(given: Any) -> Read:
    """Read a picture of which something must be seen, and say where it is from.

    Raises:
        ImageError: it is transparent everywhere.
    """
    picture, source = read(given)
    with_alpha_that_counts(picture)
    return picture, source


def read_style(style: Style) -> Read:
    """Read a style, what is hidden of it filled, and say where it is from."""
    picture, source = read(style.image, style.weight)
    return visible(picture), source


def read_all(content: Any, styles: Sequence[Style]) -> list[Read]:
    """Read the content and its styles, in order.

    Raises:
        ImageError: one that cannot be read; the last may be meant to be written.
    """
    last = styles[-1].image if styles else content
    try:
        return [read_seen(content), *map(read_style, styles)]
    except ImageError as error:
        path = as_path(last) if isinstance(last, str | os.PathLike) else None
        if path is None or error.message != missing(path) or path.suffix.lower() not in writers_by_suffix():
            raise
        if error.hint and len(styles) < 2:  # a name is more likely misspelled than in the wrong place
            raise
        raise ImageError(
            error.message, f"{error.hint} -o {path}, if that is to be painted".lstrip()
        ) from error


def as_styles(given: Any) -> list[Style]:
    """Return a style, or several, each as a `Style`."""
    several = given if isinstance(given, list | tuple) else [given]
    return [one if isinstance(one, Style) else Style(one) for one in several]


def settle(options: Options, styles: Sequence[Style]) -> Options:
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


def read_masks(given: Sequence[Any]) -> list[Read | None]:
    """Read masks, each a picture or None; none at all where all are None.

    Raises:
        UsageError: two names with a comma between, where the flag is to be given twice.
    """
    for mask in given:
        if isinstance(mask, str) and "," in mask and not as_path(mask).exists():
            raise UsageError(
                f"there is no mask {mask!r}",
                "for several the flag is repeated: --content-mask a.png --content-mask b.png",
            )
    masks = [
        None if mask is None or (isinstance(mask, str) and mask == NO_MASK) else read(mask) for mask in given
    ]
    return masks if any(masks) else []


def boxes_of(options: Options, styles: Sequence[Picture]) -> Sequence[Box]:
    """Return which part of each style counts: as asked, or what is inside of its frame.

    Raises:
        UsageError: crops for another number of styles.
    """
    crops, number = options.style_crop, len(styles)
    if not crops:
        return [inside(style.rgb) for style in styles]
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


def noted(picture: Picture, mask: Picture | None) -> Picture:
    """Return a picture with a note where its mask is stretched."""
    note = stretched(mask, picture) if mask and mask is not EVERYWHERE else ""
    return replace(picture, notes=(*picture.notes, note)) if note else picture


def read_inputs(content: Any, style: Any, options: Options) -> tuple[Plan, Sources]:
    """Read all pictures that a run needs, and plan it; arguments as for `scumble.stylize`.

    Raises:
        ImageError: a picture that cannot be read, or one that is transparent everywhere.
        UsageError: options that cannot be met by so many styles and masks, or a mask that selects nothing to be seen.
        BadOption: see `cropped`.
    """
    given = as_styles(style)
    options = settle(options, given)
    (photograph, *paintings), sources = zip(*read_all(content, given), strict=True)
    boxes = boxes_of(options, paintings)
    start = None if options.start in START_KINDS else read_seen(options.start)
    where = read_masks(options.content_mask or [one.content_mask for one in given])
    what = read_masks(options.style_mask or [one.mask for one in given])
    whole = [mask and mask[0] for mask in what]
    parts = [
        mask and cropped(mask, box) for mask, box in zip(whole, [*boxes, *[WHOLE] * len(what)], strict=False)
    ]
    masks = make_masks([mask[0] if mask else EVERYWHERE for mask in where], parts, len(given))
    styles = tuple(unframed(style, box, options) for style, box in zip(paintings, boxes, strict=True))
    if masks:
        require_seen(masks, parts, styles)
        styles = tuple(noted(style, mask) for style, mask in zip_longest(styles, whole))
    for mask in where:
        photograph = noted(photograph, mask and mask[0])
    weights = tuple(one.weight for one in given)
    plan = make_plan(options, photograph, styles, weights, start and start[0], masks)
    first, *others = sources
    told = Sources(
        first,
        tuple(
            source.model_copy(update={"weight": share})
            for source, share in zip(others, plan.shares, strict=True)
        ),
        start and start[1],
        tuple(mask and mask[1] for mask in where),
        tuple(mask and mask[1] for mask in what),
    )
    return plan, told


def files_given(content: Any, style: Any, options: Options) -> tuple[Path, ...]:
    """Return the files that `read_inputs` reads."""
    styles = as_styles(style)
    of_styles = [one for each in styles for one in (each.image, each.mask, each.content_mask)]
    given = [content, *of_styles, options.start, *options.content_mask, *options.style_mask]
    return tuple(
        as_path(one)
        for one in given
        if isinstance(one, str | os.PathLike) and one not in (NO_MASK, *START_KINDS)
    )
