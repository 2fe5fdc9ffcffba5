"""The strength dial, from the photograph itself to pure texture."""

from pathlib import Path

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
STRENGTHS = (0, 15, 30, 50, 70, 100)
SIZE = 256  # pixels, long edge of each picture


def make(folder: Path) -> None:
    """Paint `strength-NUMBER.png`."""
    for strength in STRENGTHS:
        painted = scumble.stylize(
            EXAMPLES / "chelsea.png",
            EXAMPLES / "styles" / "strokes.jpg",
            preset="draft",
            size=SIZE,
            strength=strength,
        )
        painted.save(folder / f"strength-{strength}.png")
