"""Contact sheets: for each pair, content, style and all strengths side by side."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from benchmarks.quality.pairs import Pair
from benchmarks.quality.results import Results

WIDTH = 256  # of a thumbnail
GAP = 8
HEAD = 26
ROWS = 12  # in a file
PAPER, INK = (250, 250, 250), (20, 20, 20)


def thumbnail(path: Path) -> Image.Image:
    """Return a picture as small as a cell allows; a grey one where there is no file."""
    if not path.is_file():
        return Image.new("RGB", (WIDTH, WIDTH // 2), (200, 200, 200))
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((WIDTH, WIDTH), Image.Resampling.LANCZOS)
    return picture


def row_files(results: Results, setting: str, pair: Pair, folder: Path) -> list[Path]:
    """Return the files of a pair's row."""
    entries = [results.entry("content", pair), results.entry("style", pair)]
    entries += [results.entry("painted", pair, setting, strength) for strength in results.strengths]
    return [folder / entry.get("picture", "-") for entry in entries]


def sheet(rows: Sequence[tuple[str, Sequence[Path]]], heads: Sequence[str]) -> Image.Image:
    """Return one sheet: a line of heads, and for each row its name and its pictures."""
    pictures = [[thumbnail(path) for path in files] for _, files in rows]
    heights = [HEAD + max(picture.height for picture in row) + GAP for row in pictures]
    paper = Image.new("RGB", (GAP + len(heads) * (WIDTH + GAP), HEAD + sum(heights)), PAPER)
    draw = ImageDraw.Draw(paper)
    font = ImageFont.load_default(16)
    for column, head in enumerate(heads):
        draw.text((GAP + column * (WIDTH + GAP), 4), head, INK, font)
    top = HEAD
    for (name, _), row, height in zip(rows, pictures, heights, strict=True):
        draw.text((GAP, top + 3), name, INK, font)
        for column, picture in enumerate(row):
            paper.paste(picture, (GAP + column * (WIDTH + GAP), top + HEAD))
        top += height
    return paper


def write_sheets(results: Results, setting: str, stem: Path, folder: Path) -> list[Path]:
    """Write the sheets of a setting, several where it has many pairs, and return their paths.

    Args:
        results: all of them.
        setting: whose pictures.
        stem: path without its suffix; `-2`, `-3`, ... are added to further files.
        folder: where the pictures are.
    """
    heads = ["content", "style", *(f"{setting} {strength:g}" for strength in results.strengths)]
    written = []
    for start in range(0, len(results.pairs), ROWS):
        some = results.pairs[start : start + ROWS]
        rows = [(pair.name, row_files(results, setting, pair, folder)) for pair in some]
        number = f"-{start // ROWS + 1}" if start else ""
        path = stem.with_name(f"{stem.name}{number}.png")
        sheet(rows, heads).save(path)
        written.append(path)
    return written
