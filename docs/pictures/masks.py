"""A cat painted alone, and painted in one style before a ground in another."""

from pathlib import Path

from PIL import Image, ImageDraw

import scumble
from scumble import Style
from scumble.image.sheet import sheet

EXAMPLES = Path(__file__).parents[2] / "examples"


def make(folder: Path) -> None:
    """Paint `masks.png`."""
    photograph = Image.open(EXAMPLES / "chelsea.png").convert("RGB")
    cat = Image.new("L", photograph.size)
    ImageDraw.Draw(cat).ellipse((110, 10, 430, 290), fill=255)
    ground = cat.point(lambda level: 255 - level)
    strokes, hatching = (EXAMPLES / "styles" / name for name in ("strokes.jpg", "hatching.jpg"))
    alone, both = (
        scumble.stylize(photograph, styles, preset="draft", size=320).image
        for styles in (
            Style(strokes, content_mask=cat),
            [Style(strokes, content_mask=cat), Style(hatching, content_mask=ground)],
        )
    )
    sheet(
        [[cat, alone, both]], ["the mask", "the rest left untouched", "the rest in another style"], width=320
    ).save(folder / "masks.png")
