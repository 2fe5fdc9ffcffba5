"""Regions and recoloring, each on and off."""

from pathlib import Path
from typing import Any

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTENT, STYLE = EXAMPLES / "rocket.jpg", EXAMPLES / "styles" / "strokes.jpg"
SIZE = 320  # pixels, long edge of each picture
KINDS: dict[str, dict[str, Any]] = {
    "neither": {"regions": "off", "recolor": 0},
    "recolor": {"regions": "off"},
    "regions": {"recolor": 0},
    "both": {},
}


def make(folder: Path) -> None:
    """Paint `recolor-KIND.png`."""
    for kind, options in KINDS.items():
        scumble.stylize(CONTENT, STYLE, preset="draft", size=SIZE, **options).save(
            folder / f"recolor-{kind}.png"
        )
