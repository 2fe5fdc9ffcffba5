"""Marbled paper: drops of color on a bath, drawn by rakes, combs and a stylus, lifted off on a sheet.

Every step moves the whole bath without stretching its area, and each can be undone: a pixel of the sheet is
followed back through the steps until it falls into the drop that it came from.

Source: Lu, Jaffer, Jin, Zhao, Mao: Mathematical Marbling (2012).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from painting.color import pigment
from painting.fields import Field, coordinates, fractal, grain, smoothstep
from painting.light import emboss

INKS = ("f1e4c8", "14233f", "b3261e", "e0a030", "1f6a72", "f6efe0", "3b5f9c", "d9714a", "0f1418", "87a89a")
SHARES = (0.09, 0.17, 0.15, 0.14, 0.13, 0.06, 0.09, 0.08, 0.05, 0.04)
BATH = "c9b48c"

# Drops, from the first to the last: how many, and their smallest and largest radius in widths of the sheet.
POOLS = ((18, 0.2, 0.32), (90, 0.05, 0.09), (150, 0.025, 0.05), (240, 0.008, 0.022), (140, 0.003, 0.007))
SPATTER = ((260, 0.0008, 0.0022), (60, 0.0022, 0.0045))  # left where it falls, after the combs

Step = Callable[[Field, Field], tuple[Field, Field]]  # where the colors at x, y were before


class Drop(NamedTuple):
    """A drop that pushed the earlier ones aside; lengths in widths of the sheet."""

    x: float
    y: float
    radius: float
    ink: int


def paint(size: int, rng: np.random.Generator) -> Field:
    """Paint a sheet, (size, size, 3) in 0..1, computed at twice the size for smooth edges."""
    x, y = coordinates(2 * size)
    x, y = x.ravel(), y.ravel()
    late, late_rim = _drops(x, y, _thrown(rng, SPATTER))
    for step in reversed(_rakes(rng)):
        x, y = step(x, y)
    ink, rim = _drops(x, y, _thrown(rng, POOLS))
    ink, rim = np.where(late > 0, late, ink), np.where(late > 0, late_rim, rim)
    colors = np.stack([pigment(code) for code in (BATH, *INKS)])
    sheet = colors[ink] * (1.0 - 0.16 * rim[:, None])
    fine = sheet.reshape(size, 2, size, 2, 3).mean(axis=(1, 3))  # (size, size, 3)
    return _paper(fine, rng)


def _thrown(rng: np.random.Generator, sizes: tuple[tuple[int, float, float], ...]) -> list[Drop]:
    """Drops in the order they fell: so many of each size, from the smallest radius to the largest."""
    drops = []
    for count, smallest, largest in sizes:
        for ink in rng.choice(len(INKS), count, p=np.array(SHARES)):
            x, y = rng.uniform(-0.15, 1.15, 2)
            drops.append(Drop(x, y, rng.uniform(smallest, largest), int(ink) + 1))
    return drops


def _drops(x: Field, y: Field, drops: list[Drop]) -> tuple[npt.NDArray[np.intp], Field]:
    """The ink under each point (0 is the bare bath), and how near the rim of its drop, 0..1.

    A drop of radius r at c moved what was at p to c + (p - c) sqrt(1 + r^2 / |p - c|^2). Backwards, a point within
    r belongs to the drop and is settled; only the rest are followed further.
    """
    ink = np.zeros(x.shape, dtype=np.intp)
    rim = np.zeros(x.shape)
    open_points = np.arange(x.size)
    for drop in reversed(drops):
        dx, dy = x - drop.x, y - drop.y
        squared = dx * dx + dy * dy
        inside = squared < drop.radius**2
        settled = open_points[inside]
        ink[settled] = drop.ink
        rim[settled] = (squared[inside] / drop.radius**2) ** 4
        keep = ~inside
        open_points, squared = open_points[keep], squared[keep]
        shrink = np.sqrt(1.0 - drop.radius**2 / squared)
        x, y = drop.x + dx[keep] * shrink, drop.y + dy[keep] * shrink
    return ink, rim


def _rakes(rng: np.random.Generator) -> list[Step]:
    """What was done to the bath, in order: raked there and back, raked across, combed, turned by a stylus."""
    steps = [_rake(0.0, 0.16, 0.16, 0.03, rng), _rake(0.0, -0.16, 0.16, 0.03, rng)]
    steps += [_rake(np.pi / 2, 0.13, 0.1, 0.016, rng), _rake(np.pi / 2, -0.13, 0.1, 0.016, rng)]
    steps.append(_rake(np.pi / 2, 0.055, 0.026, 0.004, rng))
    for _ in range(5):
        x, y = rng.uniform(0.1, 0.9, 2)
        steps.append(_whirl(x, y, rng.uniform(0.07, 0.13), rng.choice((-1.0, 1.0)) * rng.uniform(1.8, 3.0)))
    return steps


def _rake(angle: float, pull: float, spacing: float, sharpness: float, rng: np.random.Generator) -> Step:
    """A rake drawn along `angle`, slightly unsteady: its teeth pull by `pull`, less the further away.

    With d the distance to the nearest tooth the shift is pull x sharpness / (sharpness + d).
    """
    cosine, sine = np.cos(angle), np.sin(angle)
    first, phase = rng.uniform(0, spacing), rng.uniform(0, 6)

    def undo(x: Field, y: Field) -> tuple[Field, Field]:
        along = x * cosine + y * sine
        across = y * cosine - x * sine
        across = across - 0.007 * np.sin(8 * along + phase)
        tooth = np.abs((across - first) % spacing - spacing / 2)
        along = along - pull * sharpness / (sharpness + tooth)
        across = across + 0.007 * np.sin(8 * along + phase)
        return along * cosine - across * sine, along * sine + across * cosine

    return undo


def _whirl(center_x: float, center_y: float, radius: float, turn: float) -> Step:
    """A stylus turned round a point: by `turn` radians in the middle, falling off as a Gaussian of the radius."""

    def undo(x: Field, y: Field) -> tuple[Field, Field]:
        dx, dy = x - center_x, y - center_y
        angle = -turn * np.exp(-(dx * dx + dy * dy) / (2 * radius * radius))
        cosine, sine = np.cos(angle), np.sin(angle)
        return center_x + dx * cosine - dy * sine, center_y + dx * sine + dy * cosine

    return undo


def _paper(sheet: Field, rng: np.random.Generator) -> Field:
    """What the paper does to the colors: granulation, fibers, tiny bare spots."""
    size = sheet.shape[0]
    density = 1.0 + 0.05 * fractal(rng, size, 0.02, 4) + 0.05 * fractal(rng, size, 0.3, 3)
    fibers = grain(rng, size, 0.02, 0.003) + grain(rng, size, 0.003, 0.03)
    bare = 0.7 * smoothstep(2.9, 3.5, grain(rng, size, 0.006))
    paper = pigment("efe3cb")
    thinned = paper + (sheet - paper) * np.clip(density - bare, 0.0, 1.15)[..., None]
    tooth = fractal(rng, size, 0.008, 3) + 0.5 * fibers
    return emboss(np.clip(thinned, 0, 1), tooth, depth=0.55, shade=0.14, gloss=0.0)
