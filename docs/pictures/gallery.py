"""Two photographs in all six styles."""

from pathlib import Path

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
PHOTOGRAPHS = ("chelsea.png", "rocket.jpg")
SIZE = 256  # pixels, long edge of each picture


def make(folder: Path) -> None:
    """Paint `gallery-PHOTOGRAPH-STYLE.png`."""
    for photograph in PHOTOGRAPHS:
        for style in sorted((EXAMPLES / "styles").glob("*.jpg")):
            painted = scumble.stylize(EXAMPLES / photograph, style, preset="draft", size=SIZE)
            painted.save(folder / f"gallery-{Path(photograph).stem}-{style.stem}.png")
