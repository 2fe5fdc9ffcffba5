"""What a run is given: the pictures read, and what its record says of each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from PIL import Image

from scumble.errors import ImageError, UsageError
from scumble.image.files import Picture, missing, read_picture
from scumble.image.masks import Masks, make_masks, require_seen, stretched
from scumble.image.visible import visible, with_alpha_that_counts
from scumble.options import Options
from scumble.outputs.files import writers_by_suffix
from scumble.paths import as_path
from scumble.plan.plan import START_KINDS, Plan, Previous, make_plan
from scumble.record import Source
from scumble.runs.styles import WHOLE, Box, Style, as_styles, boxes_of, cropped, unframed, with_styles

NO_MASK = "none"  # stands for a style that counts as a whole, or goes everywhere
EVERYWHERE = Picture(Image.new("RGB", (1, 1), "white"), None, NO_MASK, "")


@dataclass(frozen=True)
class Sources:
    """What a record says of the pictures that went in."""

    content: Source
    styles: tuple[Source, ...]
    start: Source | None = None
    content_masks: tuple[Source | None, ...] = ()
    style_masks: tuple[Source | None, ...] = ()
    previous: Source | None = None
    previous_mask: Source | None = None


Given = tuple[Picture, Source]


def read(given: Any, weight: float = 1.0) -> Given:
    """Read a picture, and say where it is from."""
    path = as_path(given) if isinstance(given, str | os.PathLike) else None
    picture = read_picture(given if path is None else path)
    return picture, Source.of(picture, path, weight)


def read_seen(given: Any) -> Given:
    """Read a picture of which something must be seen, and say where it is from.

    Raises:
        ImageError: it is transparent everywhere.
    """
    picture, source = read(given)
    with_alpha_that_counts(picture)
    return picture, source


def read_style(style: Style) -> Given:
    """Read a style, what is hidden of it filled, and say where it is from."""
    picture, source = read(style.image, style.weight)
    return visible(picture), source


def read_all(content: Any, styles: Sequence[Style]) -> list[Given]:
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


def read_masks(given: Sequence[Any]) -> list[Given | None]:
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


def noted(picture: Picture, mask: Picture | None) -> Picture:
    """Return a picture with a note where its mask is stretched."""
    note = stretched(mask, picture) if mask and mask is not EVERYWHERE else ""
    return replace(picture, notes=(*picture.notes, note)) if note else picture


def read_previous(options: Options, content: Picture) -> tuple[Given | None, Given | None]:
    """Read the picture to stay near, and its mask, if there are any.

    Raises:
        UsageError: one of them has not the content's proportions.
    """
    found = [None if name is None else read(name) for name in (options.previous, options.previous_mask)]
    for one in found:
        if one and stretched(one[0], content):
            size, wanted = (f"{each.width} x {each.height}" for each in (one[0], content))
            raise UsageError(
                f"{one[0].name!r} is {size}, which is not the shape of the content, {wanted}",
                "what is to be near it place by place must have the same proportions",
            )
    before, trust = found
    return before, trust


def divided(
    photograph: Picture,
    styles: Sequence[Picture],
    boxes: Sequence[Box],
    where: Sequence[Given | None],
    what: Sequence[Given | None],
) -> tuple[Masks | None, Picture, tuple[Picture, ...]]:
    """Return what masks divide a content and its styles into, and both with notes where a mask is stretched.

    Args:
        photograph: the content.
        styles: what counts of each, without its frame.
        boxes: the part that is left of each.
        where: masks of the content.
        what: masks of the styles, each of the whole picture.
    """
    whole = [mask and mask[0] for mask in what]
    within = [*boxes, *[WHOLE] * len(what)]
    parts = [mask and cropped(mask, box) for mask, box in zip(whole, within, strict=False)]
    masks = make_masks([mask[0] if mask else EVERYWHERE for mask in where], parts, len(styles))
    if masks:
        require_seen(masks, parts, styles)
        styles = [noted(style, mask) for style, mask in zip_longest(styles, whole)]
    for mask in where:
        photograph = noted(photograph, mask and mask[0])
    return masks, photograph, tuple(styles)


def read_inputs(content: Any, style: Any, options: Options) -> tuple[Plan, Sources]:
    """Read all pictures that a run needs, and plan it; arguments as for `scumble.stylize`.

    Raises:
        ImageError: a picture that cannot be read, or one that is transparent everywhere.
        UsageError: options that cannot be met by so many styles and masks, or a mask that selects nothing to be seen.
        BadOption: see `cropped`.
    """
    given = as_styles(style)
    options = with_styles(options, given)
    (photograph, *paintings), (source, *others) = zip(*read_all(content, given), strict=True)
    boxes = boxes_of(options, paintings)
    start = None if options.start in START_KINDS else read_seen(options.start)
    where = read_masks(options.content_mask or [one.content_mask for one in given])
    what = read_masks(options.style_mask or [one.mask for one in given])
    styles = [unframed(style, box, options) for style, box in zip(paintings, boxes, strict=True)]
    masks, photograph, inner = divided(photograph, styles, boxes, where, what)
    before, trust = read_previous(options, photograph)
    near = before and Previous(before[0], trust and trust[0])
    weights = tuple(one.weight for one in given)
    plan = make_plan(options, photograph, inner, weights, start and start[0], masks, near)
    weighed = tuple(
        one.model_copy(update={"weight": share}) for one, share in zip(others, plan.shares, strict=True)
    )
    from_where, from_what = (tuple(mask and mask[1] for mask in masks) for masks in (where, what))
    origins = (start and start[1], from_where, from_what, before and before[1], trust and trust[1])
    return plan, Sources(source, weighed, *origins)


def files_given(content: Any, style: Any, options: Options) -> tuple[Path, ...]:
    """Return the files that `read_inputs` reads."""
    styles = as_styles(style)
    of_styles = [one for each in styles for one in (each.image, each.mask, each.content_mask)]
    named = (options.start, options.previous, options.previous_mask)
    given = [content, *of_styles, *named, *options.content_mask, *options.style_mask]
    return tuple(
        as_path(one)
        for one in given
        if isinstance(one, str | os.PathLike) and one not in (NO_MASK, *START_KINDS)
    )
