"""A picture of high strength without and with the loss of the plugin that is there to be copied."""

from pathlib import Path

from PIL import Image

import scumble
from scumble.plugins import load_plugin

EXAMPLES = Path(__file__).parents[2] / "examples"
GAP = 6  # pixels


def make(folder: Path) -> None:
    """Write `plugins.png`."""
    load_plugin(EXAMPLES / "plugins" / "my_loss.py")
    made = [
        scumble.stylize(
            EXAMPLES / "chelsea.png", EXAMPLES / "styles" / "stained-glass.jpg",
            preset="draft", size=288, strength=85, weight={"light": weight},
        ).image
        for weight in (0, 2)
    ]  # fmt: skip
    pair = Image.new("RGB", (2 * made[0].width + GAP, made[0].height), "white")
    for number, one in enumerate(made):
        pair.paste(one, (number * (one.width + GAP), 0))
    pair.save(folder / "plugins.png")
