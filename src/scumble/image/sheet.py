"""Pictures side by side on one sheet of paper, with a head for each column and a name for each row."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from scumble.errors import UsageError
from scumble.image.resize import resize

GAP = 8  # between pictures, and around all
LINE = 26  # what a line of text takes, in pixels
PAPER, INK = (250, 250, 250), (20, 20, 20)

# Told apart by most color-blind people too. Okabe, Ito: Color Universal Design (2002).
COLORS = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167),
          (240, 228, 66), (86, 180, 233), (213, 94, 0), (90, 90, 90))  # fmt: skip


def sheet(
    rows: Sequence[Sequence[Image.Image]],
    heads: Sequence[str] = (),
    names: Sequence[str] = (),
    width: int = 256,
) -> Image.Image:
    """Return a sheet of pictures: a line of heads, then row by row a name and its pictures.

    Args:
        rows: pictures of any mode and size, each enlarged or shrunk to the width of a cell, and to less where it
            would be more than twice as high as wide; a row may be shorter than others.
        heads: what stands above each column; no line where there is none.
        names: what stands above each row; no lines where there is none.
        width: of a cell, in pixels.

    Raises:
        UsageError: there is no picture, or another number of names than of rows.

    Example:
        >>> photo, painting = Image.new("RGB", (40, 30)), Image.new("RGB", (30, 30))
        >>> sheet([[photo, painting]], heads=["photo", "painting"], width=100).size
        (224, 142)
    """
    if not any(rows):
        raise UsageError("a sheet was asked for without any picture")
    if names and len(names) != len(rows):
        raise UsageError(f"the sheet has {len(rows)} rows and {len(names)} names; each row needs one")
    cells = [[_fitted(picture, width) for picture in row] for row in rows]
    columns = max(len(heads), *map(len, rows))
    name_line, head_line = LINE if names else 0, LINE if heads else 0
    heights = [name_line + max((cell.height for cell in row), default=0) + GAP for row in cells]
    size = (GAP + columns * (width + GAP), GAP + head_line + sum(heights))
    paper = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(paper)
    for column, head in enumerate(heads):
        write_line(draw, (GAP + column * (width + GAP), GAP), head, width)
    top = GAP + head_line
    for number, (row, height) in enumerate(zip(cells, heights, strict=True)):
        if names:
            write_line(draw, (GAP, top), names[number], size[0] - 2 * GAP)
        for column, cell in enumerate(row):
            left = GAP + column * (width + GAP) + (width - cell.width) // 2
            paper.paste(cell, (left, top + name_line))
        top += height
    return paper


def wrapped(pictures: Sequence[Image.Image], names: Sequence[str], width: int = 256) -> Image.Image:
    """Return a sheet of pictures in their order, each with its name above it, in rows about as wide as all are high.

    Args:
        pictures: as those of `sheet`.
        names: one for each.
        width: of a cell, in pixels.

    Raises:
        UsageError: there is no picture, or another number of names.

    Example:
        >>> wrapped([Image.new("RGB", (40, 30))] * 5, ["one", "two", "three", "four", "five"], 100).size
        (332, 226)
    """
    if len(names) != len(pictures):
        raise UsageError(f"the sheet has {len(pictures)} pictures and {len(names)} names; each needs one")
    columns = math.ceil(math.sqrt(len(pictures)))
    cells = []
    for picture, name in zip(pictures, names, strict=True):
        fitted = _fitted(picture, width)
        cell = Image.new("RGB", (width, LINE + fitted.height), PAPER)
        write_line(ImageDraw.Draw(cell), (0, 0), name, width)
        cell.paste(fitted, ((width - fitted.width) // 2, LINE))
        cells.append(cell)
    return sheet(
        [cells[first : first + columns] for first in range(0, len(cells), columns or 1)], width=width
    )


def write_line(
    draw: ImageDraw.ImageDraw, where: tuple[int, int], text: str, width: int, size: int = 16
) -> None:
    """Write a line of text from its upper left corner, in smaller letters or cut off where the room asks for it.

    Args:
        draw: of the paper.
        where: across and down, in pixels.
        text: one line.
        width: the room, in pixels.
        size: of the letters, in pixels.
    """
    while size > 10 and draw.textlength(text, ImageFont.load_default(size)) > width:
        size -= 1
    font = ImageFont.load_default(size)
    if draw.textlength(text, font) > width:
        while text and draw.textlength(text + "...", font) > width:
            text = text[:-1]
        text += "..."
    draw.text(where, text, INK, font)


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    """Return a picture as wide as a cell, or narrower where it is very high, in RGB on paper."""
    factor = min(width / picture.width, 2 * width / picture.height)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    if picture.mode not in ("RGB", "L"):
        ground = Image.new("RGBA", picture.size, (*PAPER, 255))
        picture = Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
    return resize(picture, size) if size != picture.size else picture
