"""The pictures of the guide to comparing: a grid, two pictures side by side, and the course of their costs."""

from dataclasses import replace
from pathlib import Path

from scumble.comparing.axis import parse_axis
from scumble.comparing.compare import References, compare, comparison_sheet
from scumble.comparing.curves import draw
from scumble.comparing.grid import make_grid, outcome
from scumble.image.files import read_picture
from scumble.options import Options

EXAMPLES = Path(__file__).parents[2] / "examples"
PHOTO = EXAMPLES / "coffee.jpg"
STYLES = [EXAMPLES / "styles" / "woodcut.jpg", EXAMPLES / "styles" / "watercolor.jpg"]


def make(folder: Path) -> None:
    """Write compare-grid.png, compare-two.png and compare-curves.png."""
    options = Options(preset="draft", size=192, steps=(16, 10))
    grid = make_grid(PHOTO, STYLES, options, parse_axis("strength=20,50,80"), parse_axis("style", STYLES))
    results = []
    for cell in grid.cells:
        run = cell.prepare()
        for _ in run:
            pass
        results.append(run.result())
    outcomes = [outcome(cell, one) for cell, one in zip(grid.cells, results, strict=True)]
    grid.sheet(outcomes).save(folder / "compare-grid.png")

    named = {"faint.png": results[0], "strong.png": results[2]}
    faint, strong = (replace(read_picture(one.image), name=name) for name, one in named.items())
    against = References(read_picture(PHOTO), (read_picture(STYLES[0]),), (1.0,))
    found = compare(faint, strong, against, against)
    comparison_sheet((faint, strong), (against, against), found).save(folder / "compare-two.png")

    courses = [course for one in named.values() if (course := one.record.course)]
    draw(courses, list(named)).save(folder / "compare-curves.png")
