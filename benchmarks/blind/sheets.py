"""Sheets that do not tell which picture is whose."""

import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from benchmarks.blind.key import Sheet, Side
from benchmarks.blind.matches import Match
from scumble.disk.digest import file_sha256
from scumble.image.files import read_picture
from scumble.image.sheet import PAPER, sheet


def shuffled(matches: Sequence[Match], seed: int) -> list[tuple[Match, Side]]:
    """Return matches in an order that is drawn, each with what stands on the left: A and B equally often, or nearly.

    Order and sides depend on the seed and on how many there are, not on what is A.

    Example:
        >>> match = Match(Path("photo.jpg"), (), Path("a.png"), Path("b.png"))
        >>> sorted(left for _, left in shuffled([match] * 6, seed=1))
        ['A', 'A', 'A', 'B', 'B', 'B']
    """
    draw = random.Random(seed)
    order = list(matches)
    draw.shuffle(order)
    lefts: list[Side] = ["A", "B"] if draw.random() < 0.5 else ["B", "A"]
    sides = [lefts[number % 2] for number in range(len(order))]
    draw.shuffle(sides)
    return list(zip(order, sides, strict=True))


def drawn(match: Match, left: Side, width: int | None) -> Image.Image:
    """Return a sheet: content and styles above, the two results below.

    Args:
        match: what is compared.
        left: whose result stands on the left.
        width: of each picture, in pixels; as wide as the wider result, if None.
    """
    pair = (match.a, match.b) if left == "A" else (match.b, match.a)
    results = [seen(path) for path in pair]
    width = width or max(max(one.width, -(-one.height // 2)) for one in results)
    inputs = [seen(path) for path in (match.content, *match.styles)]
    above = sheet([inputs], ["content", *["style"] * len(match.styles)], width=width)
    below = sheet([results], ["left", "right"], width=width)
    paper = Image.new("RGB", (max(above.width, below.width), above.height + below.height), PAPER)
    paper.paste(above, (0, 0))
    paper.paste(below, (0, above.height))
    return paper


def seen(path: Path) -> Image.Image:
    """Return a picture, RGB, or RGBA where it is transparent."""
    picture = read_picture(path)
    image = picture.rgb.copy()
    if picture.alpha is not None:
        image.putalpha(picture.alpha)
    return image


def write_sheets(folder: Path, matches: Sequence[Match], seed: int, width: int | None = None) -> list[Sheet]:
    """Write a sheet for each match and return what each shows.

    Args:
        folder: where to; `01.png`, `02.png`, ...
        matches: what is compared.
        seed: of order and sides.
        width: as in `drawn`.
    """
    written = []
    digits = max(2, len(str(len(matches))))
    for number, (match, left) in enumerate(shuffled(matches, seed), start=1):
        path = folder / f"{number:0{digits}d}.png"
        drawn(match, left, width).save(path)
        pictures: dict[Side, str] = {"A": str(match.a), "B": str(match.b)}
        written.append(
            Sheet(file=path.name, sha256=file_sha256(path), left=left, pair=match.name, pictures=pictures)
        )
    return written
