"""One photograph and one painting under five style losses."""

from pathlib import Path

from PIL import Image

import scumble

EXAMPLES = Path(__file__).parents[2] / "examples"
WEIGHTS: tuple[dict[str, float], ...] = (
    {},
    {"covariance": 0, "histogram": 1},
    {"covariance": 0, "sliced-wasserstein": 1},
    {"covariance": 0, "nearest": 2},
    {"nearest": 1},
)
GAP = 6  # pixels


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
    row = Image.new("RGB", (sum(one.width + GAP for one in made) - GAP, made[0].height), "white")
    for number, one in enumerate(made):
        row.paste(one, (number * (one.width + GAP), 0))
    row.save(folder / "losses.png")
