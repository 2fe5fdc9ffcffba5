"""Masks that users draw: in gray, where something counts; in colors, which parts of two pictures belong together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scumble.errors import UsageError, several
from scumble.image.files import UNNAMED, Picture
from scumble.image.resize import fit_within, resize_softly

COLORFUL = 48  # difference of the channels from which on a color is none of the grays, of 255
COMMON = 0.005  # share of a mask from which on a color is meant, and not a soft edge or a trace of JPEG
SAME = 64.0  # distance below which two colors are one
DARK = 48.0  # distance from black below which a color leaves untouched
EMPTY = 1e-4  # share of a picture below which a mask selects nothing
SEEN = 0.01  # share of what a mask selects of a style below which next to nothing of that is seen
STRETCHED = 0.02  # difference of proportions up to which a mask has the shape of its picture
LARGEST = 2048  # long edge that a mask is read at, in pixels: borders are no finer

Shares = NDArray[np.float32]


@dataclass(frozen=True)
class Masks:
    """Which places of the content and of the styles belong to each of K regions.

    Args:
        content: (K, H, W), [0, 1]; what no region has is left untouched.
        styles: (K, h, w), [0, 1], for each style.
        dividing: whether they say where which style goes; if not, only where to paint at all.
    """

    content: Shares
    styles: tuple[Shares, ...]
    dividing: bool

    @property
    def painted(self) -> Shares:
        """How much each place of the content is painted, (H, W), [0, 1]."""
        shares: Shares = self.content.sum(0).clip(0, 1)
        return shares


@dataclass(frozen=True, eq=False)
class Drawn:
    """A mask as it was drawn: its pixels, (H, W, 3), 0 to 255, at most `LARGEST` long; what is clear is black."""

    name: str
    pixels: NDArray[np.float32]


def make_masks(content: Sequence[Picture], styles: Sequence[Picture | None], number: int) -> Masks | None:
    """Return the regions that masks divide a content and its styles into, or None without masks.

    Args:
        content: none, one, one for each style, or one in colors.
        styles: none, or one or None for each style; in colors if the content's is.
        number: of styles.

    Raises:
        UsageError: another number of masks, colors in only one of the pictures, or a mask that selects nothing.
    """
    if not content and not any(styles):
        return None
    if len(content) not in (0, 1, number):
        raise UsageError(
            f"got {several(len(content), 'content mask')} for {several(number, 'style')}; "
            "allowed are one, or one for each"
        )
    if styles and len(styles) != number:
        raise UsageError(
            f"got {several(len(styles), 'style mask')} for {several(number, 'style')}",
            "give one for each, in order; none stands for a style without",
        )
    ours = [drawing_of(mask) for mask in content]
    theirs = [None if mask is None else drawing_of(mask) for mask in styles] or [None] * number
    given = [mask for mask in (*ours, *theirs) if mask is not None]
    colored = [mask for mask in given if is_colored(mask)]
    if colored and len(colored) < len(given):
        gray = next(mask for mask in given if mask not in colored)
        raise UsageError(
            f"the mask {colored[0].name!r} is in colors, {gray.name!r} is not",
            "give content and styles masks in the same colors, or all in gray",
        )
    return by_color(ours, theirs) if colored else by_gray(ours, theirs)


def by_gray(content: Sequence[Drawn], styles: Sequence[Drawn | None]) -> Masks:
    """Return one region for each content mask, or one where there is no more than one."""
    ours = [lightness(mask) for mask in content] or [np.ones((1, 1), np.float32)]
    theirs = [np.ones((1, 1), np.float32) if mask is None else lightness(mask) for mask in styles]
    several = len(ours) > 1
    regions = [
        np.stack([theirs[i] * (k == i or not several) for k in range(len(ours))]) for i in range(len(styles))
    ]
    size = max((mask.shape for mask in ours), key=lambda shape: shape[0] * shape[1])
    stacked = np.stack([stretched_to(mask, size) for mask in ours])
    return Masks(stacked / stacked.sum(0).clip(1), tuple(regions), several or any(styles))


def by_color(content: Sequence[Drawn], styles: Sequence[Drawn | None]) -> Masks:
    """Return one region for each color of the content's mask; black is left untouched."""
    if len(content) != 1 or None in styles:
        raise UsageError(
            "masks in colors are for one content mask, and one style mask for each style",
            "the same color says which parts belong together; a mask in gray stands alone",
        )
    colors = mask_colors(content[0])
    theirs = [nearest_color(mask, colors) for mask in styles if mask is not None]
    for k, color in enumerate(colors):
        if sum(each[k].mean() for each in theirs) < EMPTY:
            raise UsageError(
                f"the color {hex_of(color)} of the mask {content[0].name!r} is in no style mask",
                "black leaves untouched; each other color must be in a style mask, too",
            )
    return Masks(nearest_color(content[0], colors), tuple(theirs), True)


def require_seen(masks: Masks, given: Sequence[Picture | None], styles: Sequence[Picture]) -> None:
    """Refuse masks that select what is transparent in the styles: there is nothing to paint after.

    Args:
        masks: the regions.
        given: for each style its mask, or None; none at all where there are none.
        styles: as far as they count.

    Raises:
        UsageError: a mask, or a color in all of them, selects next to nothing that is seen.
    """
    masked = [mask is not None for mask in given] or [False] * len(styles)
    areas = [_areas(shares, style) for shares, style in zip(masks.styles, styles, strict=True)]
    hint = "select what is opaque, or save the style without its alpha channel"
    for mask, style, (seen, selected) in zip(given, styles, areas, strict=False):
        if mask is not None and _is_little(seen.sum(), selected.sum()):
            raise UsageError(
                f"{_called(mask)} selects only what is transparent in the style {style.name!r}", hint
            )
    for k in range(len(masks.content) if all(masked) else 0):
        if _is_little(sum(seen[k] for seen, _ in areas), sum(selected[k] for _, selected in areas)):
            raise UsageError(
                f"a color of {_called(given[0])} selects only what is transparent in the styles", hint
            )


def _areas(shares: Shares, style: Picture) -> tuple[Shares, Shares]:
    """Return how much of a style each region selects, (K,), [0, 1]: what is seen of it, and all of it."""
    selected: Shares = shares.mean((1, 2))
    if style.alpha is None:
        return selected, selected
    size = fit_within(style.alpha.size, LARGEST)
    opaque = np.asarray(resize_softly(style.alpha, size), np.float32) / np.float32(255)
    seen = [(stretched_to(each, opaque.shape) * opaque).mean() for each in shares]
    return np.array(seen, np.float32), selected


def _is_little(seen: float, selected: float) -> bool:
    return selected > 0 and (seen < EMPTY or seen < SEEN * selected)


def stretched(mask: Picture, picture: Picture) -> str:
    """Return a note where a mask has another shape than its picture, so that it is stretched; nothing if not."""
    if abs(math.log(mask.width * picture.height / (mask.height * picture.width))) <= STRETCHED:
        return ""
    size, shape = f"{mask.width} x {mask.height}", f"{picture.width} x {picture.height}"
    return f"{_called(mask)}, {size}, is stretched to its shape, {shape}"


def _called(mask: Picture | Drawn | None) -> str:
    return "a mask" if mask is None or mask.name == UNNAMED else f"the mask {mask.name!r}"


def drawing_of(mask: Picture) -> Drawn:
    """Return a mask's pixels, read once."""
    size = fit_within(mask.rgb.size, LARGEST)
    pixels = np.asarray(resize_softly(mask.rgb, size), np.float32)
    if mask.alpha is not None:
        opaque: Shares = np.asarray(resize_softly(mask.alpha, size), np.float32)
        pixels = pixels * opaque[..., None] / np.float32(255)
    return Drawn(mask.name, pixels)


def is_colored(mask: Drawn) -> bool:
    """Whether a mask has colors, other than a trace of them."""
    return bool((np.ptp(mask.pixels, axis=2) > COLORFUL).mean() > COMMON)


def lightness(mask: Drawn) -> Shares:
    """Return how light a gray mask is, (H, W), [0, 1].

    Raises:
        UsageError: it is black.
    """
    shares: Shares = (mask.pixels.mean(2) / 255).astype(np.float32)
    if shares.mean() < EMPTY:
        raise UsageError(
            f"{_called(mask)} is black where it counts, so that it selects nothing",
            "white selects; of a style's mask, only what is inside of --style-crop or the frame counts",
        )
    return shares


def stretched_to(shares: Shares, size: tuple[int, int]) -> Shares:
    """Return shares stretched to a height and width by the nearest place."""
    rows, columns = (np.arange(new) * old // new for new, old in zip(size, shares.shape, strict=True))
    return shares[np.ix_(rows, columns)]


def mask_colors(mask: Drawn) -> NDArray[np.float32]:
    """Return the colors of a mask but for black, (K, 3), 0 to 255, the most common first."""
    pixels = mask.pixels.reshape(-1, 3)
    _, where, counts = np.unique((pixels // 32).astype(int), axis=0, return_inverse=True, return_counts=True)
    found: list[NDArray[np.float32]] = [np.zeros(3, np.float32)]
    for cell in np.argsort(-counts):
        color = np.median(pixels[where.reshape(-1) == cell], axis=0)
        near = min(float(np.linalg.norm(color - other)) for other in found)
        if counts[cell] >= COMMON * len(pixels) and near >= (DARK if len(found) == 1 else SAME):
            found.append(color)
    return np.stack(found[1:])


def nearest_color(mask: Drawn, colors: NDArray[np.float32]) -> Shares:
    """Return where a mask has each of some colors, (K, H, W), 0 or 1: each place the nearest, or black."""
    known = np.concatenate([np.zeros((1, 3), np.float32), colors])
    nearest = np.stack([((mask.pixels - color) ** 2).sum(2) for color in known]).argmin(0)
    return np.stack([nearest == k + 1 for k in range(len(colors))]).astype(np.float32)


def hex_of(color: NDArray[np.float32]) -> str:
    """Return a color as it is written in the web.

    Example:
        >>> hex_of(np.array([255.0, 0.0, 128.0]))
        '#ff0080'
    """
    return "#" + "".join(f"{round(float(part)):02x}" for part in color)
