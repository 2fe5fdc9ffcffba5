"""One picture with three sizes of strokes, and one mixed of two styles."""

from pathlib import Path

import scumble
from scumble.image.sheet import sheet

EXAMPLES = Path(__file__).parents[2] / "examples"
SCALES = (0.5, 1.0, 2.0)


def make(folder: Path) -> None:
    """Paint `styles-scale.png`."""
    style = EXAMPLES / "styles" / "strokes.jpg"
    painted = [
        scumble.stylize(EXAMPLES / "chelsea.png", style, preset="draft", size=256, style_scale=scale).image
        for scale in SCALES
    ]
    sheet([painted], [f"--style-scale {scale:g}" for scale in SCALES]).save(folder / "styles-scale.png")
