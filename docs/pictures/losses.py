"""One photograph and one painting under five style losses."""

from pathlib import Path

import scumble
from scumble.image.sheet import sheet

EXAMPLES = Path(__file__).parents[2] / "examples"
WEIGHTS: tuple[dict[str, float], ...] = (
    {},
    {"covariance": 0, "histogram": 1},
    {"covariance": 0, "sliced-wasserstein": 1},
    {"covariance": 0, "nearest": 2},
    {"nearest": 1},
)
NAMES = ("covariance", "histogram", "sliced-wasserstein", "nearest", "covariance and nearest")


def make(folder: Path) -> None:
    """Write `losses.png`."""
    made = [
        scumble.stylize(
            EXAMPLES / "coffee.jpg",
            EXAMPLES / "styles" / "strokes.jpg",
            preset="draft",
            size=224,
            weight=weight,
        ).image
        for weight in WEIGHTS
    ]
    sheet([made], NAMES, width=224).save(folder / "losses.png")
