"""The picture of the guide `learn`: the exercise's formulae and ours, by one network."""

from pathlib import Path

from PIL import Image

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
SIZE = (288, 192)


def make(folder: Path) -> None:
    """Write `learn.png`: the photograph, the exercise's picture, the default's."""
    content, style = EXAMPLES / "coffee.jpg", EXAMPLES / "styles" / "strokes.jpg"
    size = "{}x{}".format(*SIZE)
    exercise = scumble.stylize(content, style, preset="coursera", backbone="compact", size=size, steps=100)
    default = scumble.stylize(content, style, preset="draft", size=size)
    with Image.open(content) as photograph:
        pictures = [photograph.convert("RGB").resize(SIZE), exercise.image, default.image]
    row = Image.new("RGB", (sum(picture.width + 6 for picture in pictures) - 6, SIZE[1]), "white")
    for number, picture in enumerate(pictures):
        row.paste(picture, (number * (SIZE[0] + 6), 0))
    row.save(folder / "learn.png")
