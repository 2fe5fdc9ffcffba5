"""The pictures of the guide to `scumble look`."""

from pathlib import Path

from scumble.look import activations, gram, keeps, patches, regions

EXAMPLES = Path(__file__).parents[2] / "examples"


def make(folder: Path) -> None:
    """Write a figure of each kind into a folder."""
    cat, cup, rocket = (EXAMPLES / name for name in ("chelsea.png", "coffee.jpg", "rocket.jpg"))
    strokes = EXAMPLES / "styles" / "strokes.jpg"
    activations(cat, "relu3_1", channels=18, size=320).save(folder / "look.png")
    gram([cup, strokes], "relu3_1", size=256).save(folder / "look-gram.png")
    patches([cat, cup, rocket], "relu4_1", channels=4, places=6, size=384).save(folder / "look-patches.png")
    layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1"]
    keeps(strokes, layers, ["content", "style"], size=160, steps=40).save(folder / "look-keeps.png")
    regions(rocket, strokes).save(folder / "look-regions.png")
