"""See what a run sees: content and styles beside their regions."""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional as F

from scumble.backbones.shelf import LAST
from scumble.image.files import Picture, read_picture
from scumble.image.masks import LARGEST
from scumble.image.resize import fit, fit_within, resize
from scumble.image.sheet import COLORS
from scumble.image.tensors import to_picture, to_tensor
from scumble.image.visible import visible, with_alpha_that_counts
from scumble.look.seeing import NETWORK, options_of
from scumble.machine.device import choose_device
from scumble.machine.guest import as_guest
from scumble.plan.plan import Plan, make_plan
from scumble.regions.found import Regions, one_region, regions_of

EDGE = 384  # long edge of each picture on the sheet, in pixels
MARGIN = 8


def regions(content: Any, style: Any, /, *, most: str | int = "auto", **options: Any) -> Image.Image:
    """Return a figure of content and styles, each beside its regions in color; what is alike belongs together.

    Args:
        content: path, bytes, Pillow picture, NumPy array or tensor.
        style: the same, or a list of them.
        most: `auto`, `off`, or how many regions at most, as the option `regions` of `scumble.stylize`.
        options: `backbone`, `pooling`, `input`, `device`, `threads`, `seed`, as there.

    Raises:
        ScumbleError: a picture or an option that will not do, or weights that are not here.

    Example:
        >>> regions(Image.new("RGB", (64, 48), "teal"), Image.new("RGB", (48, 48), "olive"), most="off").width
        776
    """
    given = options_of(options, (*NETWORK, "seed")).replace(regions=most)
    styles = tuple(
        visible(read_picture(one)) for one in (style if isinstance(style, list | tuple) else [style])
    )
    photograph = read_picture(content)
    with_alpha_that_counts(photograph)
    return look_at_regions(make_plan(given, photograph, styles, (1.0,) * len(styles)))[0]


def paired(plan: Plan) -> Regions:
    """Return the regions that a plan finds in content and styles, or one that is all of them."""
    device = choose_device(plan.options.device)
    with as_guest(plan.options.threads):
        backbone = LAST.take(plan.options, device)
        return regions_of(plan, backbone) or one_region(backbone.mean, len(plan.styles))


def look_at_regions(plan: Plan, found: Regions | None = None) -> tuple[Image.Image, int]:
    """Return a sheet with content and styles, each beside its regions in color, and the number of regions.

    The same color and number stand for the same region, in the content and in the styles that it is painted after.

    Args:
        plan: of content and styles.
        found: its regions, where they are known already.
    """
    found = found or paired(plan)
    pictures = (plan.content, *plan.styles)
    with as_guest(plan.options.threads):
        rows = [_row(picture, shares.cpu()) for picture, shares in
                zip(pictures, found.all, strict=True)]  # fmt: skip
    return stacked(rows), found.number


def mask_of(
    shares: Tensor, size: tuple[int, int], part: tuple[int, int, int, int] | None = None
) -> Image.Image:
    """Return regions as a mask that is given back to a run: a color of `COLORS` for each, black where there is none.

    Args:
        shares: how much each place belongs to each region, (1, K, h, w).
        size: width and height of the whole picture; the mask is as large, or shrunk to what masks are read at.
        part: left, top, right and bottom, in pixels, of what the shares are of; the whole picture when omitted.
    """
    width, height = fit_within(size, LARGEST)
    left, top, right, bottom = (
        round(at * short / long)
        for at, short, long in zip(part or (0, 0, *size), (width, height) * 2, size * 2, strict=True)
    )
    inner = (max(1, bottom - top), max(1, right - left))
    soft = F.interpolate(shares.float(), inner, mode="bilinear", align_corners=False)[0]
    colors = torch.tensor(COLORS[: len(soft)], dtype=torch.uint8)
    painted = colors[soft.argmax(0)] * (soft.sum(0) > 0.5)[..., None]  # (h, w, 3)
    mask = Image.new("RGB", (width, height))
    mask.paste(Image.fromarray(painted.numpy()), (left, top))
    return mask


def _row(picture: Picture, shares: Tensor) -> Image.Image:
    small = resize(picture.rgb, fit(picture.width, picture.height, EDGE))
    return side_by_side(small, tinted(small, shares))


def side_by_side(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return two pictures of one size, with a long edge of `EDGE`, in a row."""
    row = Image.new("RGB", (2 * EDGE + MARGIN, left.height), "white")
    row.paste(left, (0, 0))
    row.paste(right, (EDGE + MARGIN, 0))
    return row


def tinted(picture: Image.Image, shares: Tensor) -> Image.Image:
    """Return a picture in gray, tinted by region, with each region's number where it is.

    Args:
        picture: RGB.
        shares: how much each place belongs to each region, (1, K, h, w).
    """
    size = (picture.height, picture.width)
    soft = F.interpolate(shares.float(), size, mode="bilinear", align_corners=False)
    colors = torch.tensor(COLORS[: soft.shape[1]], dtype=torch.float32) / 255
    gray = to_tensor(picture.convert("L"))
    painted = to_picture(0.4 * gray + 0.6 * torch.einsum("bkhw,kc->bchw", soft, colors))
    draw, font = ImageDraw.Draw(painted), ImageFont.load_default(22)
    for region in range(soft.shape[1]):
        where = _most_inside(soft.argmax(1)[0] == region)
        draw.text(where, str(region + 1), "white", font, "mm", stroke_width=2, stroke_fill="black")
    return painted


def _most_inside(mask: Tensor) -> tuple[int, int]:
    """Return across and down of the place of a mask, (H, W), that is farthest from its border."""
    inside = mask.float()[None, None]
    depth = sum(_blurred(inside, radius) for radius in (4, 16, 48))
    down, across = divmod(int((depth * inside).argmax()), mask.shape[1])
    return across, down


def _blurred(mask: Tensor, radius: int) -> Tensor:
    """Return the mean over a square around each place, first down, then across: a hundredth of the time at once."""
    side = 2 * radius + 1
    return F.avg_pool2d(F.avg_pool2d(mask, (side, 1), 1, (radius, 0)), (1, side), 1, (0, radius))


def stacked(rows: Sequence[Image.Image]) -> Image.Image:
    """Return pictures of equal width one below the other."""
    sheet = Image.new("RGB", (rows[0].width, sum(row.height + MARGIN for row in rows) - MARGIN), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height + MARGIN
    return sheet
