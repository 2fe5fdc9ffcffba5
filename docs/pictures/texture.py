"""The same picture after two statistics: Gram matrices, and means and covariances apart."""

from pathlib import Path

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
STYLE = EXAMPLES / "styles" / "hatching.jpg"
SIZE = 256  # pixels, long edge of each picture


def make(folder: Path) -> None:
    """Paint `texture-LOSS.png`: texture alone, from noise, in one region and in the style's own colors."""
    for loss in ("gram", "covariance", "moments"):
        weight = {"covariance": 0.0, "roughness": 0.0, loss: 1.0}
        painted = scumble.stylize(
            STYLE,
            STYLE,
            size=SIZE,
            strength=100,
            start="noise",
            regions="off",
            recolor=0,
            weight=weight,
            steps=40,
        )
        painted.save(folder / f"texture-{loss}.png")
