"""Which content is painted in which style."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scumble.errors import UsageError

EXAMPLES = Path(__file__).parents[2] / "examples"
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
SEED = 0


@dataclass(frozen=True)
class Pair:
    """A content and a style, by their files."""

    content: Path
    style: Path

    @property
    def name(self) -> str:
        """Both names, as in `coffee x woodcut`."""
        return f"{self.content.stem} x {self.style.stem}"


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder by name.

    Raises:
        UsageError: there are none.
    """
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise UsageError(
            f"there are no pictures in {str(folder)!r}", "DIR/content and DIR/style hold pictures"
        )
    return found


def walk(contents: Sequence[Path], styles: Sequence[Path], seed: int = SEED) -> list[Pair]:
    """Return all pairs in an order of which any beginning uses each content and each style about equally often.

    Diagonals of the shuffled table: step `t` takes content `t` and style `t + d`, each counted around, and `d`
    grows by one when a diagonal closes.

    Example:
        >>> pairs = walk([Path("a"), Path("b")], [Path("x"), Path("y")])
        >>> len({pair.content for pair in pairs[:2]}), len({pair.style for pair in pairs[:2]}), len(set(pairs))
        (2, 2, 4)
    """
    rows, columns = list(contents), list(styles)
    shuffle = random.Random(seed)
    shuffle.shuffle(rows)
    shuffle.shuffle(columns)
    diagonal = math.lcm(len(rows), len(columns))
    return [
        Pair(rows[t % len(rows)], columns[(t + t // diagonal) % len(columns)])
        for t in range(len(rows) * len(columns))
    ]


def find_pairs(folder: Path | None = None, limit: int | None = None) -> list[Pair]:
    """Return the pairs of a folder with `content` and `style`, or of our own examples.

    Args:
        folder: all its combinations are used.
        limit: how many at most; a smaller limit gives a beginning of a larger one's pairs.
    """
    if folder is None:
        contents, styles = pictures_in(EXAMPLES), pictures_in(EXAMPLES / "styles")
    else:
        contents, styles = pictures_in(folder / "content"), pictures_in(folder / "style")
    return walk(contents, styles)[:limit]
