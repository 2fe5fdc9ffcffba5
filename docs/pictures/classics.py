"""Two classic configurations with the bundled network, small and the paper's with fewer steps, beside our own."""

from pathlib import Path
from typing import Any

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTENT, STYLE = EXAMPLES / "coffee.jpg", EXAMPLES / "styles" / "stained-glass.jpg"
SIZE = 160  # pixels, long edge of each picture
KINDS: dict[str, dict[str, Any]] = {"coursera": {}, "gatys": {"steps": 100}, "default": {}}


def make(folder: Path) -> None:
    """Paint `classics-PRESET.png`."""
    for preset, options in KINDS.items():
        painted = scumble.stylize(CONTENT, STYLE, preset=preset, backbone="compact", size=SIZE, **options)
        painted.save(folder / f"classics-{preset}.png")
