"""Sizes of prints: lengths and papers, and how many pixels they have at so many dots per inch."""

import math
import re

DPI = 300
"""Dots per inch of a print that says nothing else: what a printing house asks for."""
MILLIMETERS = {"mm": 1.0, "cm": 10.0, "in": 25.4}
PAPERS = {
    "A0": (841.0, 1189.0), "A1": (594.0, 841.0), "A2": (420.0, 594.0), "A3": (297.0, 420.0), "A4": (210.0, 297.0),
    "A5": (148.0, 210.0), "A6": (105.0, 148.0), "letter": (215.9, 279.4), "legal": (215.9, 355.6),
}  # fmt: skip
"""Short and long side of papers, in millimeters."""

_NUMBER = r"\d{1,5}(\.\d{1,3})?"
PATTERN = rf"^([1-9]\d{{0,4}}(x[1-9]\d{{0,4}})?|{_NUMBER}(x{_NUMBER})?(mm|cm|in)|{'|'.join(PAPERS)})$"
"""Of all sizes: pixels, lengths, papers."""


def is_print(size: str) -> bool:
    """Whether a size is a length or a paper, and no number of pixels.

    Example:
        >>> is_print("30x20cm"), is_print("A4"), is_print("512")
        (True, True, False)
    """
    return not size[-1].isdecimal() or size in PAPERS


def sides(size: str, dpi: int) -> tuple[float, ...]:
    """Return what a size names, in pixels: a long edge; width and height; or a paper's short and long side.

    Example:
        >>> sides("10in", 300), sides("30x20cm", 254), sides("400x300", 300)
        ((3000.0,), (3000.0, 2000.0), (400.0, 300.0))
    """
    if size in PAPERS:
        return tuple(side / 25.4 * dpi for side in PAPERS[size])
    unit = MILLIMETERS[size[-2:]] / 25.4 * dpi if is_print(size) else 1.0
    return tuple(float(number) * unit for number in re.sub("[a-z]+$", "", size).split("x"))


def in_pixels(size: str, dpi: int, width: int, height: int) -> str:
    """Return a size in pixels, as `512` or `400x300`: of a paper the long edge of a picture that fits into it.

    Args:
        size: as `PATTERN` has it.
        dpi: dots per inch.
        width: of the picture; a wide one lies on the paper, a high one stands.
        height: see `width`.

    Example:
        >>> in_pixels("30cm", 300, 4000, 3000), in_pixels("A4", 300, 4000, 3000), in_pixels("A4", 300, 500, 500)
        ('3543', '3307', '2480')
    """
    found = sides(size, dpi)
    if size in PAPERS:
        short, long = found
        found = (min(long, short * max(width, height) / min(width, height)),)
    return "x".join(str(round(side)) for side in found)


def size_flaw(size: str, dpi: int, most: int) -> tuple[str, str]:
    """Return what is wrong with a size whose sides may have 1 to `most` pixels, and the remedy; empty if nothing is.

    Example:
        >>> size_flaw("200cm", 300, 16384)[1]
        '--dpi 208, or --size 138cm'
    """
    found = sides(size, dpi)
    if round(min(found)) >= 1 and round(max(found)) <= most:
        return "", ""
    if not is_print(size):
        return f"size is {size!r}; a side may have at most {most} pixels", ""
    worst = max(found) if round(max(found)) > most else min(found)
    message = f"size is {size!r} at {dpi} dpi, which is {round(worst)} pixels; a side may have 1 to {most}"
    if worst < 1:
        return message, "--size 10cm"
    remedies = [f"--dpi {lower}"] if (lower := math.floor(dpi * most / worst)) else []
    if len(found) == 1:
        remedies.append(f"--size {math.floor(float(size[:-2]) * most / worst)}{size[-2:]}")
    return message, ", or ".join(remedies)
