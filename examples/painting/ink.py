"""Pen and ink: hatching in patches on toned paper, shadow in sepia, warmth in red chalk, light in white."""

from typing import NamedTuple

import numpy as np

from painting.brush import footprint, scatter
from painting.color import pigment
from painting.fields import Field, blur, coordinates, fractal, grain, mix, smoothstep
from painting.light import emboss
from painting.valley import Part, Valley, valley


class Layer(NamedTuple):
    """One round of hatching with one pen."""

    ink: str
    turn: float  # added to the direction of the form, in radians
    threshold: float  # tone below which it is drawn, or above which if `light`
    spacing: float  # between the lines of a patch, in pixels of a picture 768 wide
    width: float  # of a line, likewise
    light: bool = False


LAYERS = (
    Layer("b4401f", 0.0, 0.7, 6.8, 1.4),
    Layer("2c1a14", 0.1, 0.57, 6.2, 1.5),
    Layer("2c1a14", 0.8, 0.44, 5.8, 1.5),
    Layer("1c2440", -0.75, 0.34, 5.4, 1.6),
    Layer("140e10", 1.5, 0.24, 4.4, 1.8),
    Layer("fff6e2", 0.1, 0.7, 5.6, 1.7, True),
    Layer("fffaf0", 0.9, 0.88, 5.2, 1.7, True),
)
SHADE = {
    Part.SKY: 0.19,
    Part.SUN: 0.3,
    Part.CLOUD: 0.16,
    Part.MOUNTAIN: 0.08,
    Part.HILL: 0.02,
    Part.MEADOW: 0.17,
    Part.FIELD: 0.06,
    Part.TREE: -0.2,
}


def paint(size: int, rng: np.random.Generator) -> Field:
    """Draw the valley with pens, (size, size, 3) in 0..1."""
    scene = valley(size, rng)
    tone = _tones(scene, rng)
    picture = _paper(size, rng)
    wash = 0.4 * smoothstep(0.45, 0.05, blur(tone, 0.006 * size) + 0.06 * fractal(rng, size, 0.06, 4))
    picture = mix(picture, np.ones_like(picture) * pigment("6b4a34"), wash)
    for layer in LAYERS:
        cover = _hatch(scene, tone, layer, rng)
        picture = mix(picture, np.ones_like(picture) * pigment(layer.ink), cover)
    return picture


def _tones(scene: Valley, rng: np.random.Generator) -> Field:
    """The motif's tones, each part lifted or lowered, with its outline darkened."""
    size = scene.tone.shape[0]
    tone = scene.tone + 0.05 * grain(rng, size, 0.05)
    for part, lift in SHADE.items():
        tone = np.where(scene.part == part, tone + lift, tone)
    drawn = np.where(scene.part == Part.CLOUD, Part.SKY, scene.part)  # clouds have no outline
    down, right = np.gradient(blur(drawn.astype(np.float64), 0.002 * size))
    outline = smoothstep(0.1, 0.5, np.hypot(down, right))
    return np.clip(tone - 0.5 * outline, 0.0, 1.0)


def _paper(size: int, rng: np.random.Generator) -> Field:
    """Buff paper: fibers, tooth, foxing and an uneven tint."""
    x, y = coordinates(size)
    fibers = grain(rng, size, 0.03, 0.003) + grain(rng, size, 0.004, 0.04)
    tint = 0.6 * fractal(rng, size, 0.5, 3) - 1.2 * ((x - 0.5) ** 2 + (y - 0.5) ** 2)
    sheet = pigment("dcc096") * (1 + 0.035 * tint + 0.02 * fibers)[..., None]
    foxing = 0.35 * smoothstep(2.4, 3.2, fractal(rng, size, 0.03, 3))
    sheet = mix(sheet, np.ones_like(sheet) * pigment("a8703c"), foxing)
    return emboss(sheet, fractal(rng, size, 0.012, 4), depth=0.7, shade=0.1, gloss=0.0)


def _hatch(scene: Valley, tone: Field, layer: Layer, rng: np.random.Generator) -> Field:
    """How much ink lies where, (H, W) in 0..1: patches of about ten lines, each bent with the form it describes."""
    size = tone.shape[0]
    unit = max(size, 384) / 768  # lines finer than half would vanish
    cover = np.zeros_like(tone)
    rough = 0.5 + 0.5 * grain(rng, size, 0.004)
    for x, y in scatter(rng, size, 40 * unit):
        column, row = (int(np.clip(c, 0, size - 1)) for c in (x, y))
        angle = scene.angle[row, column] + layer.turn + rng.normal(0, 0.07)
        spacing = layer.spacing * unit * rng.uniform(0.85, 1.2)
        bend = rng.normal(0, 0.005) / unit
        for k in range(-5, 6):
            away = k * spacing + rng.normal(0, 0.12 * spacing)
            slip = rng.normal(0, 3 * unit)
            place = (
                x - away * np.sin(angle) + slip * np.cos(angle),
                y + away * np.cos(angle) + slip * np.sin(angle),
            )
            length = unit * rng.uniform(38, 66) * (1 - 0.05 * abs(k))
            _line(cover, tone, rough, layer, place, angle + rng.normal(0, 0.02), length, bend, unit, rng)
    return cover


def _line(
    cover: Field,
    tone: Field,
    rough: Field,
    layer: Layer,
    place: tuple[float, float],
    angle: float,
    length: float,
    bend: float,
    unit: float,
    rng: np.random.Generator,
) -> None:
    """Draw one line where the tone asks for it: swelling with the tone, tapering, skipping on the tooth."""
    width = layer.width * unit * rng.uniform(0.75, 1.3)
    reach = 4.0  # pixels around the line that the footprint spans, in widths of the line
    arc = footprint(tone.shape[0], *place, angle, length, reach * width, bend)
    if arc is None:
        return
    window, along, across = arc
    need = (tone[window] - layer.threshold) * (1 if layer.light else -1)
    if need.max() <= 0:
        return
    swell = np.clip(0.75 + 2.2 * need, 0.0, 1.5) * smoothstep(1.0, 0.55, np.abs(along)) ** 0.5
    distance = np.abs(across) * reach * width / 2
    drawn = np.clip(0.5 + width * swell / 2 - distance, 0.0, 1.0) * smoothstep(-0.02, 0.05, need)
    drawn *= np.clip(0.62 + 0.5 * rough[window], 0.3, 1.0)
    cover[window] = np.maximum(cover[window], drawn)
