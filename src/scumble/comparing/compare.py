"""Two pictures side by side: what was asked for, what came of it in numbers, and where they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from scumble.errors import UsageError, require_kind
from scumble.image.files import Picture, read_picture
from scumble.image.resize import fit, fit_within, resize
from scumble.image.sheet import sheet
from scumble.image.visible import visible
from scumble.plan.plan import Plan
from scumble.record import Record, Source
from scumble.runs.again import find_source

EDGE = 1024
"""Long edge at which larger pictures are measured, in pixels: some seconds and half a gigabyte."""
CELL = 448  # width of a picture on the sheet, in pixels


@dataclass(frozen=True)
class References:
    """What a picture is measured against.

    Args:
        content: None where nobody knows it.
        styles: none where nobody knows them.
        shares: of the styles.
        stretched: whether styles are shown in the picture's very size, as `--size 400x300` does.
    """

    content: Picture | None = None
    styles: tuple[Picture, ...] = ()
    shares: tuple[float, ...] = ()
    stretched: bool = False


@dataclass(frozen=True)
class Comparison:
    """Two pictures, A and B, in numbers.

    Args:
        size: at which both were measured, in pixels.
        measures: of A and of B by name, as `scumble.measures.MEASURES` has them; the same names.
        level: mean absolute difference, 0 to 255.
        difference: where they differ, RGB, brightened.
        factor: how much.
    """

    size: tuple[int, int]
    measures: tuple[dict[str, float], dict[str, float]]
    level: float
    difference: Image.Image
    factor: int


def compare(a: Picture, b: Picture, of_a: References, of_b: References) -> Comparison:
    """Compare two pictures at the size of the one with fewer pixels, to which the other is resized.

    Args:
        a: a picture.
        b: another; one of another shape is stretched. What is transparent of either does not count.
        of_a: what `a` is measured against.
        of_b: the same for `b`; a measure is left out that only one of them allows.

    Raises:
        ImageError: one of them is transparent everywhere.
        UsageError: what is no picture, or no references.

    Example:
        >>> black, gray = (read_picture(Image.new("RGB", (32, 32), color)) for color in ("black", "gray"))
        >>> compare(black, gray, References(), References()).level
        128.0
    """
    for picture in (a, b):
        require_kind("a picture to compare", picture, Picture, "a Picture, as read_picture gives it")
    for references in (of_a, of_b):
        require_kind("what a picture is measured against", references, References, "References")
    a, b = visible(a), visible(b)
    size = fit_within(min((a.rgb.size, b.rgb.size), key=lambda size: size[0] * size[1]), EDGE)
    first, second = (resize(picture.rgb, size) for picture in (a, b))
    values_a, values_b = measures_of(first, of_a), measures_of(second, of_b)
    both = [name for name in values_a if name in values_b]
    apart = np.abs(np.asarray(first, np.int16) - np.asarray(second, np.int16))
    peak = max(1.0, float(np.quantile(apart, 0.995)))
    factor = max(1, int(255 / peak)) if apart.any() else 1
    shown = Image.fromarray((apart * factor).clip(0, 255).astype(np.uint8))
    measures = ({name: values_a[name] for name in both}, {name: values_b[name] for name in both})
    return Comparison(size, measures, float(apart.mean()), shown, factor)


def measures_of(picture: Image.Image, references: References) -> dict[str, float]:
    """Return the measures of a picture that its references allow; of several styles, the mean by their shares.

    Args:
        picture: shrunk to a long edge of 1024 pixels if it is larger.
        references: resized as a run does: the content to the picture's size, styles to its long edge; what they hide
            does not count.
    """
    from scumble.machine.guest import as_guest  # torch takes a second to import

    with as_guest():
        return measured_here(picture, references)


def measured_here(picture: Image.Image, references: References) -> dict[str, float]:
    """Return the measures of a picture as torch is set now."""
    from scumble.image.tensors import to_tensor
    from scumble.measures import measure

    if max(picture.size) > EDGE:
        picture = resize(picture, fit(*picture.size, EDGE))
    shown, content = to_tensor(picture), None
    if references.content is not None:
        content = to_tensor(resize(visible(references.content).rgb, picture.size))
    if not references.styles:
        return measure(shown, content)
    found: dict[str, float] = {}
    for style, share in zip(references.styles, references.shares, strict=True):
        size = picture.size if references.stretched else Plan.size_at(style, max(picture.size))
        for name, value in measure(shown, content, to_tensor(resize(visible(style).rgb, size))).items():
            found[name] = found.get(name, 0.0) + value * share / sum(references.shares)
    return found


def find_references(record: Record, folders: Sequence[Path]) -> tuple[References, list[str]]:
    """Return what a record says that its picture was made from, where the files are found, and what is missing.

    Args:
        record: may come from anybody.
        folders: where to look, as `scumble.runs.again.find_source` does.
    """
    missing: list[str] = []

    def found(source: Source) -> Picture | None:
        try:
            return read_picture(find_source(source, folders))
        except UsageError as error:
            missing.append(error.message)
            return None

    content = found(record.content)
    styles = [found(source) for source in record.styles]
    known = tuple(style for style in styles if style is not None)
    shares = tuple(source.weight for source in record.styles)
    if len(known) < len(styles) or sum(shares) <= 0 or min(shares) < 0:
        known = shares = ()
    return References(content, known, shares, "x" in str(record.options.get("size"))), missing


def differing(a: Record, b: Record) -> dict[str, tuple[Any, Any]]:
    """Return what two records say differently of how their pictures came to be, each as A's value and B's.

    A picture that went in is the same wherever it lay and whatever it was called.
    """
    inputs, told = (inputs_of(a), inputs_of(b)), (told_by(a), told_by(b))
    names = dict.fromkeys([*inputs[0], *inputs[1], *told[0], *told[1]])
    found: dict[str, tuple[Any, Any]] = {}
    for name in names:
        one, other = (of.get(name) for of in inputs)
        if (one and one.sha256) != (other and other.sha256):
            found[name] = (_named(one), _named(other))
        elif told[0].get(name) != told[1].get(name):
            found[name] = (told[0].get(name), told[1].get(name))
    return found


def _named(source: Source | None) -> str | None:
    return f"{source.name} ({source.sha256[:8]})" if source else None


def inputs_of(record: Record) -> dict[str, Source | None]:
    """Return the pictures that went in, by what they were for."""
    found: dict[str, Source | None] = {"content": record.content}
    found |= {f"style {number}": style for number, style in enumerate(record.styles, 1)}
    found |= {f"content mask {number}": mask for number, mask in enumerate(record.content_masks, 1)}
    found |= {f"style mask {number}": mask for number, mask in enumerate(record.style_masks, 1)}
    return found | {"start from": record.start}


def told_by(record: Record) -> dict[str, Any]:
    """Return what decides about a picture beside those that went in, flat: options, weights and versions.

    Of the threads and the precision it is what was used, which `auto` and 0 leave open.
    """
    found: dict[str, Any] = {}
    by_files = {"content_mask", "style_mask"} | ({"start"} if record.start else set())
    for name, value in record.options.items():
        if name in by_files:
            continue
        if name == "weight" and isinstance(value, Mapping):
            found |= {f"weight.{loss}": number for loss, number in value.items()}
        else:
            found[name] = value
    found |= {"weights file": record.weights_sha256[:8], "device": record.device, "scumble": record.scumble}
    found |= {"precision": record.precision, "threads": record.threads}
    if record.arithmetic:
        found["arithmetic"] = ", ".join(record.arithmetic)
    found |= {f"plugin {plugin.name}": plugin.sha256[:8] for plugin in record.plugins}
    return found | {"stopped after": record.steps if record.stopped else None, **record.versions}


def comparison_sheet(
    pictures: tuple[Picture, Picture], references: tuple[References, References], comparison: Comparison
) -> Image.Image:
    """Return A, B and their difference side by side, and below them what they were made from, where it is known."""
    heads = [*(picture.name for picture in pictures), f"difference x {comparison.factor}"]
    rows = [[*(visible(picture).rgb for picture in pictures), comparison.difference]]
    names = [f"they differ by {comparison.level:.2f} of 255 levels in the mean"]
    known = [picture for one in references for picture in (one.content, *one.styles) if picture is not None]
    inputs = {picture.sha256: picture for picture in known}.values()
    if inputs:
        rows.append([visible(picture).rgb for picture in inputs])
        names.append("made from " + ", ".join(picture.name for picture in inputs))
    return sheet(rows, heads, names, CELL)
