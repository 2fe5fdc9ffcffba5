"""Watercolor: transparent washes glazed over each other, wet edges, blooms, granulation on rough paper."""

from typing import NamedTuple

import numpy as np

from painting.brush import footprint
from painting.color import pigment
from painting.fields import Field, blur, coordinates, fractal, grain, sample, smoothstep
from painting.light import emboss
from painting.valley import Part, valley


class Wash(NamedTuple):
    """One glaze over one part: where its tone is below `below`, in one pigment."""

    part: Part
    below: float
    pigment: str
    strength: float
    wet: float  # how far it bleeds, in widths of the picture


WASHES = (
    Wash(Part.SKY, 1.2, "f6d9a0", 0.36, 0.016),
    Wash(Part.SKY, 0.62, "e8a08c", 0.22, 0.021),
    Wash(Part.SKY, 0.56, "58a6d0", 0.56, 0.018),
    Wash(Part.SKY, 0.36, "2f62a8", 0.52, 0.01),
    Wash(Part.SKY, 0.22, "2b3f86", 0.56, 0.0052),
    Wash(Part.SUN, 1.2, "f4b13a", 0.63, 0.0039),
    Wash(Part.SUN, 0.7, "e2542e", 0.56, 0.0039),
    Wash(Part.CLOUD, 0.75, "b9b4cf", 0.39, 0.013),
    Wash(Part.CLOUD, 0.5, "8f86b4", 0.35, 0.01),
    Wash(Part.MOUNTAIN, 1.2, "b490bc", 0.49, 0.0052),
    Wash(Part.MOUNTAIN, 0.5, "6a5aa0", 0.63, 0.0039),
    Wash(Part.MOUNTAIN, 0.34, "39407c", 0.63, 0.0026),
    Wash(Part.HILL, 1.2, "8fb089", 0.56, 0.0052),
    Wash(Part.HILL, 0.5, "3f8a78", 0.63, 0.0039),
    Wash(Part.HILL, 0.34, "1f5a5a", 0.56, 0.0026),
    Wash(Part.MEADOW, 1.2, "e2c35a", 0.63, 0.0065),
    Wash(Part.MEADOW, 0.52, "93a23c", 0.63, 0.0039),
    Wash(Part.MEADOW, 0.34, "4d7a3a", 0.56, 0.0026),
    Wash(Part.FIELD, 1.2, "efae72", 0.56, 0.0052),
    Wash(Part.FIELD, 0.58, "cf5a36", 0.63, 0.0039),
    Wash(Part.FIELD, 0.34, "8a2f3c", 0.63, 0.0026),
    Wash(Part.TREE, 1.2, "5f8a5a", 0.63, 0.0039),
    Wash(Part.TREE, 0.55, "22584c", 0.77, 0.0026),
    Wash(Part.TREE, 0.32, "1c2c44", 0.84, 0.002),
)


def paint(size: int, rng: np.random.Generator) -> Field:
    """Paint the valley in watercolor, (size, size, 3) in 0..1."""
    scene = valley(size, rng)
    water = _Water(rng, size)
    tone = blur(scene.tone, 0.006 * size)
    density = np.zeros((size, size, 3))  # optical density, so that glazes add
    for wash in WASHES:
        shape = (scene.part == wash.part) & (tone + 0.03 * grain(rng, size, 0.03) < wash.below)
        amount = wash.strength * water.settle(shape.astype(np.float64), wash.wet)
        density -= amount[..., None] * np.log(pigment(wash.pigment))
    density += _spatter(rng, size)[..., None] * -np.log(pigment("3a4a7a"))
    paper = pigment("f7efe0") * (1 + 0.012 * fractal(rng, size, 0.3, 3))[..., None]
    return emboss(paper * np.exp(-density), water.tooth, depth=0.6, shade=0.12, gloss=0.0)


class _Water:
    """How water behaves on this sheet of rough paper; its noises are made once and shifted for every wash."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self.rng = rng
        self.size = size
        bumps = grain(rng, size, 0.011) + 0.8 * grain(rng, size, 0.006) + 0.5 * grain(rng, size, 0.02)
        self.tooth = bumps / bumps.std()
        self.wander = fractal(rng, size, 0.06, 4, 0.45)
        self.damp = fractal(rng, size, 0.25, 3)
        self.drift = fractal(rng, size, 0.16, 5)
        self.bloom = fractal(rng, size, 0.22, 6, 0.62)
        self.thirst = grain(rng, size, 0.08)

    def shifted(self, noise: Field) -> Field:
        """The noise moved by a random way; it repeats, so there is no seam."""
        return np.asarray(np.roll(noise, tuple(self.rng.integers(0, self.size, 2)), axis=(0, 1)))

    def settle(self, shape: Field, wet: float) -> Field:
        """How much pigment settles where a shape was filled with water: (H, W), about 1 inside.

        The shape's border wanders, bleeds where the paper was wet and stays crisp where it was dry; pigment gathers
        at the drying edge and in the paper's hollows, drifts in the puddle, and is pushed into rims by drops.
        """
        size = self.size
        x, y = (c * size - 0.5 for c in coordinates(size))
        moved = sample(
            shape,
            x + 0.007 * size * self.shifted(self.wander),
            y + 0.007 * size * self.shifted(self.wander),
        )
        crisp, bled = blur(moved, 0.0012 * size), blur(moved, wet * size)
        damp = smoothstep(-0.2, 0.9, self.shifted(self.damp)) * min(1.0, wet / 0.006)
        filled = crisp + (bled - crisp) * damp
        rim = np.clip(crisp - blur(moved, 0.006 * size), 0.0, 1.0) * (1 - damp)
        bloom = self.shifted(self.bloom)
        pushed = 0.35 * smoothstep(0.16, 0.0, np.abs(bloom - 1.2)) - 0.3 * smoothstep(1.2, 1.5, bloom)
        puddle = 1 + 0.22 * self.shifted(self.drift) + pushed + 1.7 * rim
        bare = smoothstep(1.5, 2.4, self.tooth + 1.4 * (0.5 - filled) + 0.5 * self.shifted(self.thirst))
        return np.asarray(np.clip(filled * puddle * (1 - 0.13 * self.tooth) * (1 - 0.7 * bare), 0.0, 2.5))


def _spatter(rng: np.random.Generator, size: int) -> Field:
    """Drops flicked off a full brush, with darker rims."""
    drops = np.zeros((size, size))
    for _ in range(70):
        across = size * 0.0035 * (1 + rng.pareto(3.0))
        x, y = rng.uniform(0, size, 2)
        disc = footprint(size, x, y, 0.0, across, across)
        if disc is None:
            continue
        radius = np.hypot(disc.along, disc.across)
        drops[disc.window] += rng.uniform(0.2, 0.8) * smoothstep(1.1, 0.8, radius) * (0.6 + 0.5 * radius**3)
    return drops
