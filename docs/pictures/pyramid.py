"""The picture at the end of each scale, and what as many steps at full size alone give."""

from pathlib import Path

import scumble
from scumble.runs.prepare import prepare

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTENT, STYLE = EXAMPLES / "coffee.jpg", EXAMPLES / "styles" / "strokes.jpg"
SIZE = 384  # pixels, long edge of the largest scale


def make(folder: Path) -> None:
    """Paint `pyramid-NUMBER.png`, coarse to fine, and `pyramid-alone.png`."""
    run = prepare(CONTENT, STYLE, size=SIZE, start="noise", recolor=0, steps=(30, 20, 10))
    for step in run:
        if step.finished_scale:
            number = run.plan.scales.index(step.scale) + 1
            run.result().save(folder / f"pyramid-{number}.png")
    alone = scumble.stylize(CONTENT, STYLE, size=SIZE, start="noise", recolor=0, coarsest=0, steps=21)
    alone.save(folder / "pyramid-alone.png")
