"""Stained glass: a rose with rays above water, leaded, streaked, painted in black, with the light behind it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from painting.color import pigment, ramp
from painting.fields import Field, blur, coordinates, fractal, grain, mix, sample, smoothstep
from painting.light import relief

Owners = npt.NDArray[np.intp]  # the number of the pane that each pixel belongs to, (H, W)
Glass = tuple[str, ...]  # pigments, dark to light


class Zone(NamedTuple):
    """A part of the window cut into panes."""

    owner: Owners
    gap: Field  # distance to the pane's border, in widths of the picture
    glass: list[Glass]  # of each pane


# The rose's rings: outer radius in widths of the picture, panes, scallops' depth, and what they are cut from.
RINGS: tuple[tuple[float, int, float, tuple[Glass, ...]], ...] = (
    (0.055, 1, 0.0, (("b8480f", "f2a21e", "fff2b8"),)),
    (0.115, 8, 0.018, (("6a0e1c", "cf2620", "ff9c58"), ("a04408", "ec8c14", "ffe08a"))),
    (0.165, 16, 0.0, (("0e1c54", "2048b0", "84b4f0"), ("cfa050", "f0deae", "fffbea"))),
    (0.245, 16, 0.024, (("34125c", "7434aa", "d4a4ee"), ("7a1026", "c42c3c", "ff9a80"))),
    (0.285, 32, 0.0, (("083a44", "128088", "90e6d8"), ("8a5208", "e2a21a", "fff0a4"))),
)
SKY: tuple[Glass, ...] = (
    ("0a164a", "1a3a9c", "6c9cec"),
    ("081038", "12307e", "4a7cd8"),
    ("1d1050", "4a2a98", "a584e4"),
    ("0a3448", "126a8c", "7cd0dc"),
    ("4a6a90", "a4c4dc", "f4fbff"),
    ("7a3008", "dc7a18", "ffd88a"),
)
WATER: tuple[Glass, ...] = (
    ("062c20", "0d6a40", "6cc878"),
    ("2c4a0a", "6a981c", "d8e880"),
    ("0a3030", "10706c", "80dcc8"),
    ("0a1c4c", "1c4a9c", "7cb4ec"),
    ("6a3a08", "cf8a14", "ffe284"),
    ("5a0c1c", "a81c2c", "ff7c5c"),
)


def paint(size: int, rng: np.random.Generator) -> Field:
    """Paint the window, (size, size, 3) in 0..1."""
    x, y = coordinates(size)
    x = x + 0.004 * fractal(rng, size, 0.2, 3)
    y = y + 0.004 * fractal(rng, size, 0.2, 3)
    rose = (0.48 + rng.uniform(-0.04, 0.04), 0.4 + rng.uniform(-0.02, 0.02))
    radius, bearing = np.hypot(x - rose[0], y - rose[1]), np.arctan2(y - rose[1], x - rose[0])
    swell = 0.72 + 0.045 * np.sin(6.5 * x + rng.uniform(0, 6)) + 0.02 * np.sin(15 * x)
    rays = _cut(rng, bearing * 0.5, radius * 0.62, 0.06, SKY)
    waves = _cut(rng, x * 0.85, (y - swell) * 2.1, 0.085, WATER)
    zone = _joined(rays, waves, y - swell)
    zone = _joined(zone, _rose(rng, radius, bearing), RINGS[-1][0] - radius)
    lead = 0.0042 + 0.0006 * grain(rng, size, 0.05)
    return _leaded(rng, _panes(rng, zone), zone.gap / lead)


def _rose(rng: np.random.Generator, radius: Field, bearing: Field) -> Zone:
    """Concentric rings of petals; a scalloped ring bulges between the borders of its petals."""
    owner = np.zeros(radius.shape, dtype=np.intp)
    gap = np.full(radius.shape, np.inf)
    glass: list[Glass] = []
    inner = np.full(radius.shape, -1.0)
    turn = rng.uniform(0, 1)
    for outer, count, scallop, choices in RINGS:
        petal = (bearing / (2 * np.pi) + 0.5) * count + turn * (count > 1)
        rim = outer + scallop * (np.abs(np.sin(np.pi * petal)) - 1)
        here = (radius >= inner) & (radius < rim)
        side = np.abs(petal - np.round(petal)) * 2 * np.pi * radius / count if count > 1 else np.inf
        owner[here] = (len(glass) + petal.astype(np.intp) % count)[here]
        gap = np.where(here, np.minimum(np.minimum(radius - inner, rim - radius), side), gap)
        glass += [choices[k % len(choices)] for k in range(count)]
        inner = rim
    return Zone(owner, gap, glass)


def _cut(rng: np.random.Generator, u: Field, v: Field, spacing: float, choices: tuple[Glass, ...]) -> Zone:
    """Voronoi panes in the design's own coordinates u, v, which bend and stretch them in the picture.

    The distance to the border between sites p and q is (|z - q|^2 - |z - p|^2) / (2 |q - p|) in u, v; divided by
    its gradient it becomes a distance in the picture.
    """
    low, high = np.array([u.min(), v.min()]) - spacing, np.array([u.max(), v.max()]) + spacing
    sites = np.stack(
        np.meshgrid(*(np.arange(a, b, spacing) for a, b in zip(low, high, strict=True))), axis=-1
    )
    sites[1::2, :, 0] += spacing / 2
    places = sites.reshape(-1, 2) + rng.normal(0, 0.24 * spacing, (sites.size // 2, 2))
    nearest = np.full(u.shape, np.inf)
    owner = np.zeros(u.shape, dtype=np.intp)
    for k, (p, q) in enumerate(places):
        squared = (u - p) ** 2 + (v - q) ** 2
        closer = squared < nearest
        nearest[closer] = squared[closer]
        owner[closer] = k
    apart = np.hypot(*(places[:, None, :] - places).transpose(2, 0, 1))  # (n, n)
    np.fill_diagonal(apart, np.nan)  # no border with itself
    gap = np.full(u.shape, np.inf)
    for (p, q), others in zip(places, apart, strict=True):
        gap = np.fmin(gap, ((u - p) ** 2 + (v - q) ** 2 - nearest) / (2 * others[owner]))
    down, right = np.gradient(gap)
    steepness = np.maximum(np.hypot(down, right) * u.shape[0], 0.25)
    return Zone(owner, gap / steepness, [choices[rng.integers(len(choices))] for _ in places])


def _joined(back: Zone, front: Zone, inside: Field) -> Zone:
    """One zone laid over another where `inside`, a distance to their border, is positive."""
    owner = np.where(inside > 0, front.owner + len(back.glass), back.owner)
    gap = np.minimum(np.where(inside > 0, front.gap, back.gap), 0.8 * np.abs(inside))
    return Zone(owner, gap, back.glass + front.glass)


def _panes(rng: np.random.Generator, zone: Zone) -> Field:
    """Color the glass: a slant of light in every pane, streaks that turn from pane to pane, seeds, black paint."""
    size, count = zone.gap.shape[0], len(zone.glass)
    x, y = coordinates(size)
    turn, shift = rng.uniform(0, np.pi, count)[zone.owner], rng.uniform(0, 1, (2, count))
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    along, across = along + shift[0][zone.owner], across + shift[1][zone.owner]
    streaks = _wrapped(grain(rng, size, 0.16, 0.012), along, across)
    hammered = _wrapped(fractal(rng, size, 0.016, 3, 0.7), across, along)
    tone = rng.normal(0.56, 0.14, count)[zone.owner] + 0.16 * streaks + 0.1 * np.sin(11 * along)
    tone += 0.13 * np.clip(relief(hammered, 0.5 * size / 768), -1, 1) + 0.05 * hammered
    seeds = grain(rng, size, 0.005)
    tone += 0.3 * smoothstep(2.5, 3.2, seeds) - 0.15 * smoothstep(2.1, 2.5, seeds)
    picture = np.zeros((size, size, 3))
    for codes in set(zone.glass):
        here = np.isin(zone.owner, [k for k in range(count) if zone.glass[k] == codes])
        picture[here] = ramp(codes, np.clip(tone, 0, 1)[here])
    brushed = 0.5 * smoothstep(0.017, 0.002, zone.gap + 0.005 * fractal(rng, size, 0.02, 4))
    kind = rng.integers(0, 5, count)[zone.owner]
    traced = _traces(rng, along, across, zone.gap, kind)
    return np.asarray(picture * (1 - np.maximum(brushed, 0.7 * traced))[..., None])


def _traces(rng: np.random.Generator, along: Field, across: Field, gap: Field, kind: Owners) -> Field:
    """Lines of black paint in three panes of five, 0..1: a fan of strokes, a lattice, or the border drawn again."""
    size = gap.shape[0]
    waver = 0.25 * fractal(rng, size, 0.03, 3)
    thin = np.clip(0.8 + 0.1 * grain(rng, size, 0.008), 0.6, 0.94)
    fan = smoothstep(thin, 1.0, np.cos(2 * np.pi * across / 0.013 + waver + 2 * np.sin(9 * along)))
    lattice = smoothstep(thin, 1.0, np.cos(2 * np.pi * across / 0.02 + waver))
    lattice = np.maximum(lattice, smoothstep(thin, 1.0, np.cos(2 * np.pi * along / 0.02 + waver)))
    again = smoothstep(thin, 1.0, np.cos(2 * np.pi * (gap - 0.012) / 0.011)) * smoothstep(0.026, 0.022, gap)
    inset = smoothstep(0.006, 0.009, gap)
    return inset * np.select([kind == 0, kind == 1, kind == 2], [fan, lattice, again], 0.0)


def _wrapped(sheet: Field, x: Field, y: Field) -> Field:
    """A sheet of noise that repeats, at positions in widths of the picture."""
    size = sheet.shape[0]
    return sample(sheet, (x % 1) * size, (y % 1) * size)


def _leaded(rng: np.random.Generator, picture: Field, distance: Field) -> Field:
    """Put the lead in: round, tarnished, caught by a little light, with the glass glowing over its edges."""
    size = picture.shape[0]
    lead = smoothstep(1.15, 0.85, distance)
    round_top = np.sqrt(np.clip(1 - distance**2, 0, 1)) + 0.12 * fractal(rng, size, 0.012, 3)
    caught = relief(blur(round_top, 0.0012 * size), 0.006 * size)
    came = pigment("17151a") * (1 + 0.3 * fractal(rng, size, 0.02, 3))[..., None]
    came = came + np.clip(caught, 0, 1)[..., None] * pigment("77808c") * 0.75
    window = mix(picture, came, lead)
    shining = np.clip(window * (1 - lead)[..., None] - 0.3, 0, 1)
    glow = np.stack([blur(shining[..., k], 0.012 * size) for k in range(3)], axis=-1)
    return np.clip(window + 0.22 * glow, 0.0, 1.0)
