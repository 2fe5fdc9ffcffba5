"""Pictures with a line of text below, and sections of a figure one below the other."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from scumble.image.sheet import GAP, PAPER, write_line

SMALL = 12  # letters of labels, in pixels
LABEL = 18  # what such a line takes
SOFT = (110, 110, 110)


def labelled(picture: Image.Image, texts: Sequence[str], width: int) -> Image.Image:
    """Return a picture in the middle of a cell of paper, with lines of small text below."""
    paper = Image.new("RGB", (width, picture.height + LABEL * len(texts) + 2), PAPER)
    paper.paste(picture, ((width - picture.width) // 2, 0))
    draw = ImageDraw.Draw(paper)
    for line, text in enumerate(texts):
        write_line(draw, (0, picture.height + 2 + LABEL * line), text, width, SMALL)
    return paper


def paragraph(title: str, lines: Sequence[str], width: int) -> Image.Image:
    """Return a title with lines of small text below it, on paper."""
    paper = Image.new("RGB", (width, 28 + LABEL * len(lines)), PAPER)
    draw = ImageDraw.Draw(paper)
    write_line(draw, (0, 2), title, width, 20)
    for line, text in enumerate(lines):
        draw.text((0, 28 + LABEL * line), text, SOFT, ImageFont.load_default(SMALL))
    return paper


def beneath(parts: Sequence[Image.Image], gap: int = GAP) -> Image.Image:
    """Return pictures one below the other on paper, all from the same left edge."""
    size = (max(part.width for part in parts), sum(part.height + gap for part in parts) - gap)
    paper, top = Image.new("RGB", size, PAPER), 0
    for part in parts:
        paper.paste(part, (0, top))
        top += part.height + gap
    return paper


def margined(picture: Image.Image, gap: int = GAP) -> Image.Image:
    """Return a picture with a margin of paper to its left and above it."""
    paper = Image.new("RGB", (gap + picture.width, gap + picture.height), PAPER)
    paper.paste(picture, (gap, gap))
    return paper


def beside(left: Image.Image, right: Image.Image) -> Image.Image:
    """Return two pictures side by side on paper, from the same upper edge."""
    paper = Image.new("RGB", (left.width + right.width, max(left.height, right.height)), PAPER)
    paper.paste(left, (0, 0))
    paper.paste(right, (left.width, 0))
    return paper
