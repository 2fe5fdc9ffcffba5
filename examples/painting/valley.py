"""The motif: a valley with a sun, clouds, mountains, hills, a plowed field and cypresses, before anyone paints it."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from painting.fields import Field, coordinates, drag, fractal, grain, smoothstep


class Part(IntEnum):
    """What a pixel shows, from far to near."""

    SKY = 0
    SUN = 1
    CLOUD = 2
    MOUNTAIN = 3
    HILL = 4
    MEADOW = 5
    FIELD = 6
    TREE = 7


@dataclass
class Valley:
    """The motif as three maps, each (size, size)."""

    part: npt.NDArray[np.intp]  # a Part per pixel
    tone: Field  # 0 dark to 1 light
    angle: Field  # the direction a stroke would take there, in radians


def valley(size: int, rng: np.random.Generator) -> Valley:
    """Compose the motif: part by part from the back to the front, each hiding what lies behind it."""
    x, y = coordinates(size)
    sun = (rng.uniform(0.62, 0.72), rng.uniform(0.2, 0.27))
    scene = _sky(size, rng, x, y, sun)
    _ridge(scene, rng, Part.MOUNTAIN, x, y, base=0.47, relief=0.055, sun=sun)
    _ridge(scene, rng, Part.HILL, x, y, base=0.56, relief=0.045, sun=sun)
    _ridge(scene, rng, Part.MEADOW, x, y, base=0.66, relief=0.03, sun=sun)
    _field(scene, rng, x, y)
    for trunk, foot, top, girth in (
        (0.17, 0.97, 0.1, 0.062),
        (0.29, 0.9, 0.42, 0.036),
        (0.9, 0.8, 0.52, 0.026),
    ):
        _cypress(scene, rng, x, y, trunk + rng.uniform(-0.02, 0.02), foot, top, girth)
    streaks = drag(grain(rng, size, 0.012), scene.angle, 0.06 * size)
    scene.tone = np.clip(scene.tone + 0.09 * streaks, 0.0, 1.0)
    if rng.random() < 0.5:
        return Valley(scene.part[:, ::-1], scene.tone[:, ::-1], np.pi - scene.angle[:, ::-1])
    return scene


def _sky(size: int, rng: np.random.Generator, x: Field, y: Field, sun: tuple[float, float]) -> Valley:
    """A sky that turns around its sun and two eddies, with clouds that drift along."""
    flow_x, flow_y = np.full_like(x, 0.9), 0.35 * np.cos(9 * x + 5 * y)
    eddies = ((*sun, 0.16, 2.6), (0.4, 0.18, 0.09, -2.4), (0.92, 0.06, 0.09, -2.0), (0.02, 0.3, 0.12, 2.0))
    for center_x, center_y, radius, spin in eddies:
        dx, dy = x - center_x, y - center_y
        near = np.exp(-(dx**2 + dy**2) / (2 * radius**2))
        calm, pull = 1 - near, spin * near / radius
        flow_x, flow_y = calm * flow_x - pull * dy, calm * flow_y + pull * dx
    angle = np.arctan2(flow_y, flow_x)
    distance = np.hypot(x - sun[0], y - sun[1])
    bands = drag(fractal(rng, size, 0.09, 3), angle, 0.2 * size)
    rings = 0.1 * np.cos(distance * 130) * np.exp(-distance / 0.12)
    tone = 0.27 + 0.5 * np.exp(-distance / 0.17) + 0.2 * smoothstep(0.15, 0.5, y) + 0.13 * bands + rings
    part = np.full(x.shape, Part.SKY, dtype=np.intp)
    puffs = drag(fractal(rng, size, 0.14, 4), angle, 0.1 * size) - 1.1 - 3 * np.exp(-distance / 0.1)
    clouds = (puffs > 0) & (distance > 0.14)
    part[clouds] = Part.CLOUD
    tone = np.where(clouds, 0.45 + 0.3 * puffs + 0.15 * bands, tone)
    part[distance < 0.068] = Part.SUN
    tone = np.where(distance < 0.068, 1.0 - distance / 0.068 * 0.6, tone)
    return Valley(part, tone, angle)


def _ridge(
    scene: Valley,
    rng: np.random.Generator,
    part: Part,
    x: Field,
    y: Field,
    base: float,
    relief: float,
    sun: tuple[float, float],
) -> None:
    """A chain of hills: its outline, slopes that face the sun or turn away, folds that run down from the crest."""
    size = x.shape[0]
    folds = fractal(rng, size, 0.3, 4, 0.45)
    crest = base + relief * folds[0] + 0.5 * relief * np.sin(7 * x[0] + rng.uniform(0, 6))
    slope = np.gradient(crest) * size
    below = y - crest[None, :]
    inside = below > 0
    bumps = fractal(rng, size, 0.16, 4)
    down, right = np.gradient(bumps)
    sunward = np.tanh((sun[0] - x) / 0.12)
    facing = (right * sunward - down) * size * 0.018
    tone = 0.55 - 1.4 * below + 0.22 * np.tanh(facing) + 0.16 * np.tanh(slope[None, :] * sunward)
    angle = np.arctan(slope)[None, :] * np.exp(-below / 0.1) + 0.55 * np.tanh(bumps) + 0.25 * sunward
    scene.part[inside] = part
    scene.tone = np.where(inside, tone, scene.tone)
    scene.angle = np.where(inside, angle, scene.angle)


def _field(scene: Valley, rng: np.random.Generator, x: Field, y: Field) -> None:
    """A plowed field whose furrows run to a vanishing point behind the hills."""
    size = x.shape[0]
    edge = 0.755 + 0.02 * fractal(rng, size, 0.25, 3)[0] + 0.05 * (x[0] - 0.5)
    inside = y > edge[None, :]
    point_x, point_y = rng.uniform(0.5, 0.62), 0.6
    bearing = np.arctan2(y - point_y, x - point_x)
    waver = 0.25 * fractal(rng, size, 0.1, 3)
    furrows = np.sin(bearing * 34 + waver)
    tone = 0.52 + 0.3 * furrows + 0.1 * waver - 0.5 * (y - 0.85)
    scene.part[inside] = Part.FIELD
    scene.tone = np.where(inside, tone, scene.tone)
    scene.angle = np.where(inside, bearing + 0.12 * waver, scene.angle)


def _cypress(
    scene: Valley,
    rng: np.random.Generator,
    x: Field,
    y: Field,
    trunk: float,
    foot: float,
    top: float,
    girth: float,
) -> None:
    """A cypress like a flame: widest below its middle, licking upwards, lit on the sun's side."""
    size = x.shape[0]
    foot_line = foot + 0.01 * fractal(rng, size, 0.03, 3)[0]
    rise = np.clip((foot_line - y) / (foot_line - top), 0.0, 1.0)
    lean = 0.012 * np.sin(11 * rise + rng.uniform(0, 6))
    profile = (
        girth
        * np.sqrt(np.sin(np.pi * (0.97 * rise + 0.03) ** 0.75))
        * (1 + 0.16 * fractal(rng, size, 0.05, 3))
    )
    offset = (x - trunk - lean) / np.maximum(profile, 1e-4)
    inside = (np.abs(offset) < 1) & (rise > 0) & (rise < 1)
    flames = np.sin(26 * rise + 3.2 * offset + fractal(rng, size, 0.08, 3))
    scene.part[inside] = Part.TREE
    scene.tone = np.where(inside, 0.34 + 0.26 * flames + 0.2 * offset, scene.tone)
    scene.angle = np.where(inside, -np.pi / 2 + 0.45 * offset + 0.3 * flames, scene.angle)
