"""Oil: thick strokes that follow the forms, laid from coarse to fine, lit from the upper left."""

import numpy as np

from painting.brush import bend, bristles, footprint, scatter
from painting.color import pigment, ramp, saturate
from painting.fields import Field, grain, smoothstep
from painting.light import emboss
from painting.valley import Part, Valley, valley

PALETTE = {
    Part.SKY: ("101a3c", "1d3c7c", "2c66a4", "5598b0", "a3c6a8", "f0d98c"),
    Part.SUN: ("f08a1c", "fbc02a", "fff0a0"),
    Part.CLOUD: ("5f86b8", "a9c4d6", "f2ead2", "fff6dc"),
    Part.MOUNTAIN: ("23244e", "45437f", "7d709f", "c29cae"),
    Part.HILL: ("123a3e", "256253", "5c9060", "b5b768"),
    Part.MEADOW: ("3f4a1c", "7c7f2a", "c0a238", "ecd07a"),
    Part.FIELD: ("3f1620", "8c2f26", "c9622c", "e9b05a", "f3d9a0"),
    Part.TREE: ("060f16", "0e2a22", "1f4a2c", "5f7f2c"),
}
ACCENTS = ("e8502a", "f3c33a", "2aa5a0", "7a3f9c", "f0e6c8", "12235c")

# Width in pixels of a picture 768 wide, length in widths, spacing in widths, share of places painted.
PASSES = (
    (44.0, 3.6, 0.6, 1.0),
    (28.0, 4.0, 0.7, 1.0),
    (18.0, 4.2, 0.9, 0.9),
    (11.0, 4.4, 1.2, 0.55),
    (6.0, 4.6, 1.9, 0.3),
)


def paint(size: int, rng: np.random.Generator) -> Field:
    """Paint the valley in oil, (size, size, 3) in 0..1."""
    scene = valley(size, rng)
    target = _underpainting(scene, rng)
    easel = _Easel(size, rng)
    for width, length, spacing, share in PASSES:
        easel.cover(scene, target, width * max(size, 384) / 768, length, spacing, share)
    lit = emboss(easel.picture, easel.height, depth=2.6 * size / 768 + 0.6, shade=0.55, gloss=0.4)
    return saturate(lit, 0.96)


def _underpainting(scene: Valley, rng: np.random.Generator) -> Field:
    """The color meant for every pixel, from the part's ramp."""
    size = scene.tone.shape[0]
    drift = 0.06 * grain(rng, size, 0.1)
    picture = np.zeros((size, size, 3))
    for part, codes in PALETTE.items():
        here = scene.part == part
        picture[here] = ramp(codes, np.clip(scene.tone + drift, 0, 1)[here])
    return picture


class _Easel:
    """The canvas while it is painted: its colors and the thickness of its paint."""

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        weave = grain(rng, size, 0.02, 0.004) + grain(rng, size, 0.004, 0.02)
        self.rng = rng
        self.size = size
        self.height = 0.12 * weave
        self.picture = np.ones((size, size, 3)) * pigment("8a5a3a")
        self.sheet = bristles(rng)
        self.accents = np.stack([pigment(code) for code in ACCENTS])

    def cover(
        self, scene: Valley, target: Field, width: float, length: float, spacing: float, share: float
    ) -> None:
        """One pass over the whole picture with one brush, the far parts first."""
        centers = scatter(self.rng, self.size, width * spacing)
        centers = centers[self.rng.random(len(centers)) < share]
        pixels = np.clip(centers, 0, self.size - 1).astype(np.intp)
        order = np.argsort(scene.part[pixels[:, 1], pixels[:, 0]] // 3, kind="stable")
        for (x, y), (column, row) in zip(centers[order], pixels[order], strict=True):
            long = width * length * self.rng.uniform(0.6, 1.25)
            if scene.part[row, column] in (Part.SUN, Part.TREE):
                long = min(long, 0.06 * self.size + width)
            angle = scene.angle[row, column] + self.rng.normal(0, 0.1)
            self._stroke(x, y, angle, long, width * self.rng.uniform(0.75, 1.2), scene, target[row, column])

    def _stroke(
        self, x: float, y: float, angle: float, length: float, width: float, scene: Valley, color: Field
    ) -> None:
        """Lay one stroke: ragged at its end, streaked by its bristles, thick at its rims."""
        rng = self.rng
        arc = footprint(self.size, x, y, angle, length, width, bend(scene.angle, x, y, angle, length))
        if arc is None:
            return
        window, along, across = arc
        rows = (across * width * 1.1 + rng.integers(0, 512)).astype(np.intp) % self.sheet.shape[0]
        columns = ((along + 1) * length * 0.4 + rng.integers(0, 256)).astype(np.intp) % self.sheet.shape[1]
        hair = self.sheet[rows, columns]
        side = smoothstep(1.0, 0.72, np.abs(across) + 0.25 * (hair - 0.5))
        ends = smoothstep(1.0, 0.86, np.abs(along) + 0.3 * (hair - 0.4))
        dry = smoothstep(-0.15, 0.15, hair - 0.75 * (along - 0.25))
        alpha = side * ends * dry
        first = _vary(color, rng)
        second = (
            self.accents[rng.integers(len(self.accents))] if rng.random() < 0.16 else _vary(color, rng, 2.2)
        )
        streak = smoothstep(0.55, 0.95, hair)[..., None]
        paint_color = first + (second - first) * streak * rng.uniform(0.2, 0.85)
        body = (0.35 + 0.65 * hair + 0.5 * across**4 + 0.35 * smoothstep(0.55, 1.0, along)) * width**0.5 * 0.3
        self.picture[window] += (paint_color - self.picture[window]) * alpha[..., None]
        self.height[window] += (0.45 * self.height[window] + body - self.height[window]) * alpha


def _vary(color: Field, rng: np.random.Generator, amount: float = 1.0) -> Field:
    """The same color as mixed a second time on the palette: a little lighter or darker, warmer or cooler."""
    return np.clip(color * (1 + amount * rng.normal(0, 0.09)) + amount * rng.normal(0, 0.035, 3), 0.0, 1.0)
