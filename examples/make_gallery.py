"""Paint the README's pictures: one photograph in six styles, and the regions of two pairs."""

from pathlib import Path

from PIL import Image

import scumble
from scumble.look import look_at_regions
from scumble.runs.prepare import prepare

HERE = Path(__file__).parent
STYLES = ("strokes", "stained-glass", "woodcut", "marbled", "watercolor", "hatching")
SIZE = 420  # pixels, long edge of each picture


def show_regions() -> None:
    """Lay two sheets of `scumble look` out side by side."""
    pairs = (("rocket.jpg", "strokes.jpg"), ("coffee.jpg", "watercolor.jpg"))
    sheets = [look_at_regions(prepare(HERE / one, HERE / "styles" / two).plan)[0] for one, two in pairs]
    both = Image.new("RGB", (2 * sheets[0].width + 24, max(sheet.height for sheet in sheets)), "white")
    for number, sheet in enumerate(sheets):
        both.paste(sheet, (number * (sheet.width + 24), 0))
    both.save(HERE / "gallery" / "regions.jpg", quality=88)


def paint_styles() -> None:
    """Paint each style, and lay the pictures out in two rows of three, each with its style in a corner."""
    tiles = []
    for name in STYLES:
        style = HERE / "styles" / f"{name}.jpg"
        painted = scumble.stylize(HERE / "coffee.jpg", style, size=SIZE).image.convert("RGB")
        with Image.open(style) as opened:
            corner = opened.convert("RGB").resize((96, 96))
        painted.paste(corner, (painted.width - 100, painted.height - 100))
        tiles.append(painted)
        print(name)
    width, height = tiles[0].size
    sheet = Image.new("RGB", (3 * width + 8, 2 * height + 4), "white")
    for number, tile in enumerate(tiles):
        sheet.paste(tile, ((width + 4) * (number % 3), (height + 4) * (number // 3)))
    sheet.save(HERE / "gallery" / "six-styles.jpg", quality=88)


if __name__ == "__main__":
    show_regions()
    paint_styles()
