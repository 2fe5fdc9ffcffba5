"""The pictures of the guide to color: one pair in each mode."""

from pathlib import Path
from typing import get_args

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
MODES = get_args(scumble.Options.model_fields["color"].annotation)


def make(folder: Path) -> None:
    """Write `color-MODE.png` for each mode into a folder."""
    pair = EXAMPLES / "coffee.jpg", EXAMPLES / "styles" / "strokes.jpg"
    for mode in MODES:
        result = scumble.stylize(*pair, preset="draft", size=256, color=mode)
        result.save(folder / f"color-{mode}.png", record=False)
