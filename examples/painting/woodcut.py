"""Color woodcut: tinted blocks printed slightly out of register, a black key block carved with a gouge on top."""

import numpy as np

from painting.brush import bend, footprint, scatter
from painting.color import pigment, ramp
from painting.fields import Field, blur, coordinates, drag, fractal, grain, mix, sample, smoothstep
from painting.light import emboss
from painting.valley import Part, Valley, valley

BLOCKS = {
    Part.SKY: ("1f5f86", "5fa0a8", "e8cf98", "f0a868"),
    Part.SUN: ("d8402a", "e8632e"),
    Part.CLOUD: ("e9d3ae", "f3e6c8"),
    Part.MOUNTAIN: ("3a5f8c", "86a0b4"),
    Part.HILL: ("2f7a64", "8fb070"),
    Part.MEADOW: ("c79a2e", "e9cc72"),
    Part.FIELD: ("b4452c", "e79a52"),
    Part.TREE: ("1f5a4a", "5f8f4a"),
}
# The share of the key block's ink that is carved away, from the darkest tone to the lightest.
CLEARED = (0.2, 0.42, 0.66, 0.9)


def paint(size: int, rng: np.random.Generator) -> Field:
    """Print the valley, (size, size, 3) in 0..1."""
    scene = valley(size, rng)
    plank = _plank(rng, size)
    sheet = _tints(scene, plank, rng)
    key = _key_block(scene, rng)
    worn = np.rot90(plank, 2)
    ink = key * np.clip(0.97 - 0.5 * smoothstep(0.9, 2.2, worn), 0.0, 1.0)
    black = pigment("17161c") * (1 + 0.15 * grain(rng, size, 0.01))[..., None]
    sheet = mix(sheet, black, ink)
    return emboss(sheet, blur(key, 0.0015 * size) * 2 + 0.25 * grain(rng, size, 0.004), 0.8, 0.16, 0.05)


def _plank(rng: np.random.Generator, size: int) -> Field:
    """Wood grain: long rings that bend round two knots, with fine pores along them; mean 0, variance 1."""
    x, y = coordinates(size)
    heart = 0.4 * x + y + 0.05 * fractal(rng, size, 0.5, 3)
    for _ in range(2):
        knot_x, knot_y = rng.uniform(0.1, 0.9, 2)
        heart += 0.05 * np.exp(-((x - knot_x) ** 2 / 0.02 + (y - knot_y) ** 2 / 0.004))
    rings = np.sin(2 * np.pi * heart * 38) + 0.6 * np.sin(2 * np.pi * heart * 91)
    down, right = np.gradient(heart)
    pores = drag(grain(rng, size, 0.003), np.arctan2(right, -down), 0.05 * size)
    plank = rings * 0.5 + pores
    return np.asarray((plank - plank.mean()) / plank.std())


def _tints(scene: Valley, plank: Field, rng: np.random.Generator) -> Field:
    """The colored blocks on cream paper: graded by hand, mottled by the grain, each a little off its place."""
    size = scene.tone.shape[0]
    x, y = (c * size - 0.5 for c in coordinates(size))
    paper = (
        pigment("efe0c0")
        * (1 + 0.02 * grain(rng, size, 0.004) + 0.012 * grain(rng, size, 0.05, 0.004))[..., None]
    )
    for part, codes in BLOCKS.items():
        shift = rng.normal(0, 0.0025 * size, 2)
        shape = sample(
            blur((scene.part == part).astype(np.float64), 0.0012 * size), x + shift[0], y + shift[1]
        )
        inside = scene.part == part
        top, bottom = (y[inside].min(), y[inside].max() + 1) if inside.any() else (0.0, 1.0)
        grade = np.clip((y - top) / (bottom - top) + 0.12 * fractal(rng, size, 0.2, 4), 0.0, 1.0)
        plank = plank[::-1]  # another board of the same tree
        cover = smoothstep(0.35, 0.65, shape) * np.clip(
            0.84 - 0.14 * plank + 0.06 * grain(rng, size, 0.008), 0, 1
        )
        paper = mix(paper, ramp(codes, grade), cover)
    return paper


def _key_block(scene: Valley, rng: np.random.Generator) -> Field:
    """The inked wood that is left, (H, W) in 0..1: outlines and ridges between the gouge's cuts."""
    size = scene.tone.shape[0]
    tone = blur(scene.tone, 0.006 * size)
    cut = np.zeros((size, size))
    unit = max(size, 384) / 768  # cuts finer than half would vanish
    for width, length, tries in ((11.0, 90.0, 2), (7.5, 55.0, 2), (5.0, 34.0, 2)):
        for _ in range(tries):
            for x, y in scatter(rng, size, width * 1.1 * unit):
                _carve(cut, scene, tone, (x, y), width * unit, length * unit, rng)
    borders = blur(scene.part.astype(np.float64), 0.0016 * size)
    down, right = np.gradient(borders)
    outline = smoothstep(0.06, 0.2, np.hypot(down, right))
    chatter = smoothstep(0.35, 0.65, 1 - cut + 0.12 * grain(rng, size, 0.004))
    return np.maximum(chatter, 0.95 * outline)


def _carve(
    cut: Field,
    scene: Valley,
    tone: Field,
    place: tuple[float, float],
    width: float,
    length: float,
    rng: np.random.Generator,
) -> None:
    """One push of the gouge: a leaf-shaped cut within one part, made only where the wood around it still stands."""
    size = cut.shape[0]
    column, row = (min(max(int(c), 0), size - 1) for c in place)
    if cut[row, column] > 0.1:
        return
    share = float(np.interp(tone[row, column], (0.1, 0.35, 0.55, 0.85), CLEARED))
    long = length * rng.uniform(0.6, 1.2)
    angle = scene.angle[row, column] + rng.normal(0, 0.05)
    arc = footprint(size, *place, angle, long, width, bend(scene.angle, *place, angle, long))
    if arc is None:
        return
    window, along, across = arc
    lane = (np.abs(across) < 1) & (np.abs(along) < 0.8)
    if (cut[window] * lane).sum() > 0.06 * lane.sum():
        return
    leaf = share * np.sqrt(np.clip(1 - (0.5 + 0.5 * along) ** 3, 0, 1) * np.clip(1.6 * (1 + along), 0, 1))
    groove = smoothstep(0.12, -0.12, np.abs(across) - leaf) * (np.abs(along) < 1)
    cut[window] = np.maximum(cut[window], groove * (scene.part[window] == scene.part[row, column]))
