"""Whether equal steps of a dial look about equal: strength, detail or figures.

Paints pairs with the dial from 0 to 100, and measures how far each picture is from the next: in structure of
lightness and in OkLab color. 1 is what a point of the dial moves in the mean; of strength from 0 to 50, and from
there to 100.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from cyclopts import App, Parameter, validators
from torch import Tensor

from benchmarks.command import run
from benchmarks.quality.pairs import Pair, find_pairs
from benchmarks.quality.tables import markdown
from scumble.api import stylize
from scumble.image.color import oklab
from scumble.image.tensors import to_tensor
from scumble.measures.structure import structure
from scumble.options import Options

PLACES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
MIDDLE = {"strength": PLACES.index(50)}
"""Where a dial's default divides it in two, each as even as it can be."""

Dial = Literal["strength", "detail", "figures"]

Numbers = npt.NDArray[np.float64]

app = App(name="benchmarks.dial", help=__doc__, help_format="plaintext")


def painted(pair: Pair, size: int, dial: Dial, preset: str) -> Iterator[Tensor]:
    """Yield a pair painted at each place of a dial, (1, 3, H, W)."""
    for place in PLACES:
        options = Options(preset=preset, size=size).replace(**{dial: place})
        result = stylize(pair.content, pair.style, options)
        yield to_tensor(result.image.convert("RGB"))


def lengths(pictures: Iterable[Tensor]) -> Numbers:
    """Return how far each picture is from the next in structure and in color, (steps, 2), 0 where equal."""
    ways = [
        (1 - structure(after, before), float((oklab(after) - oklab(before)).norm(dim=1).mean()))
        for before, after in pairwise(pictures)
    ]
    return np.array(ways)


def evenness(ways: Numbers, middle: int = 0) -> Numbers:
    """Return the lengths of steps, (steps, ...), over the mean of those on the same side of the middle.

    Example:
        >>> evenness(np.array([1, 1, 1, 1, 6, 2, 2, 2, 2, 2]), 5).round(1).tolist()
        [0.5, 0.5, 0.5, 0.5, 3.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return np.concatenate([half / half.mean(0) for half in (ways[:middle], ways[middle:]) if len(half)])


@app.default
def dial(
    name: Dial = "strength",
    /,
    *,
    preset: str = "default",
    pairs: Path | None = None,
    limit: Annotated[int | None, Parameter(validator=validators.Number(gte=1))] = 8,
    size: Annotated[int, Parameter(validator=validators.Number(gte=16))] = 192,
) -> None:
    """Print how far each ten points of the dial move the picture, means over pairs.

    Example: python -m benchmarks.dial detail --preset painting --pairs pictures

    Args:
        name: Of the dial.
        preset: All other options.
        pairs: Folder with content and style; our own examples if not given.
        limit: So many pairs only, each content and style about equally often.
        size: Long edge in pixels.
    """
    found = []
    for pair in find_pairs(pairs, limit):
        print(pair.name, file=sys.stderr)
        found.append(evenness(lengths(painted(pair, size, name, preset)), MIDDLE.get(name, 0)))
    mean = np.mean(found, axis=0)
    names = [f"{before} to {after}" for before, after in pairwise(PLACES)]
    rows = [
        [name, *(f"{way:.2f}" for way in (*row, row.mean()))] for name, row in zip(names, mean, strict=True)
    ]
    print(markdown(["step", "structure", "color", "both"], rows))


if __name__ == "__main__":
    run(app)
