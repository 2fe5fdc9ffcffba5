"""Contact sheets: for each pair, content, style and all strengths side by side."""

from pathlib import Path

from PIL import Image

from benchmarks.quality.pairs import Pair
from benchmarks.quality.results import Results
from scumble.image.sheet import sheet

ROWS = 12  # in a file
EDGE = 256  # of a picture on the sheet, in pixels


def thumbnail(path: Path) -> Image.Image:
    """Return a picture as small as the sheet shows it; a grey one where there is no file."""
    if not path.is_file():
        return Image.new("RGB", (EDGE, EDGE // 2), (200, 200, 200))
    with Image.open(path) as file:
        picture = file.convert("RGB")
    picture.thumbnail((EDGE, EDGE), Image.Resampling.LANCZOS)
    return picture


def row_files(results: Results, setting: str, pair: Pair, folder: Path) -> list[Path]:
    """Return the files of a pair's row."""
    entries = [results.entry("content", pair), results.entry("style", pair)]
    entries += [results.entry("painted", pair, setting, strength) for strength in results.strengths]
    return [folder / entry.get("picture", "-") for entry in entries]


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
        rows = [list(map(thumbnail, row_files(results, setting, pair, folder))) for pair in some]
        number = f"-{start // ROWS + 1}" if start else ""
        path = stem.with_name(f"{stem.name}{number}.png")
        sheet(rows, heads, [pair.name for pair in some], EDGE).save(path)
        written.append(path)
    return written
