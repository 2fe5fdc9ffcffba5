"""Where a brush, a pen or a gouge touches the picture: short arcs, and the bristles inside them."""

from typing import NamedTuple

import numpy as np

from painting.fields import Field


class Footprint(NamedTuple):
    """The rectangle of pixels around a stroke, and each pixel's place in it.

    `along` runs from -1 at the stroke's start to 1 at its end, `across` from -1 to 1 over its width; both are
    (rows, columns) and go beyond -1..1 outside the stroke.
    """

    window: tuple[slice, slice]
    along: Field
    across: Field


def footprint(
    size: int, x: float, y: float, angle: float, length: float, width: float, bend: float = 0.0
) -> Footprint | None:
    """The arc of a stroke centered at pixel x, y; nothing where it misses the picture.

    In the frame turned by `angle` the center line is the parabola v = bend u^2 / 2, with bend in 1 / pixels, cut
    to a sag of a quarter of the length.
    """
    bend = float(np.clip(bend, -2.0 / length, 2.0 / length))
    sag = abs(bend) * length**2 / 8 + width / 2
    cosine, sine = np.cos(angle), np.sin(angle)
    reach_x = abs(cosine) * length * 0.55 + abs(sine) * sag + 2
    reach_y = abs(sine) * length * 0.55 + abs(cosine) * sag + 2
    left, right = max(int(x - reach_x), 0), min(int(x + reach_x) + 1, size)
    top, bottom = max(int(y - reach_y), 0), min(int(y + reach_y) + 1, size)
    if left >= right or top >= bottom:
        return None
    dx = np.arange(left, right)[None, :] - x
    dy = np.arange(top, bottom)[:, None] - y
    u = dx * cosine + dy * sine
    v = dy * cosine - dx * sine - bend * u * u / 2
    return Footprint((slice(top, bottom), slice(left, right)), u * (2 / length), v * (2 / width))


def bristles(rng: np.random.Generator, rows: int = 512, columns: int = 256) -> Field:
    """A sheet of bristle marks in 0..1: fine from row to row, long along the columns."""
    marks = np.zeros((rows, columns))
    along = np.fft.rfftfreq(columns)[None, :]
    across = np.fft.fftfreq(rows)[:, None]
    for fine, long in ((1.2, 40.0), (3.0, 70.0), (0.6, 9.0)):
        keep = np.exp(-2 * np.pi**2 * ((across * fine) ** 2 + (along * long) ** 2))
        layer = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((rows, columns))) * keep, s=(rows, columns))
        marks += layer / layer.std()
    ranks = marks.ravel().argsort().argsort().reshape(marks.shape)
    return np.asarray(ranks / ranks.size)


def scatter(rng: np.random.Generator, size: int, spacing: float) -> Field:
    """Centers for strokes in random order, (n, 2): a grid of that spacing in pixels, each jittered in its cell."""
    line = np.arange(-spacing / 2, size + spacing / 2, spacing)
    centers = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    return np.asarray(rng.permutation(centers + rng.uniform(-0.5, 0.5, centers.shape) * spacing))


def bend(angles: Field, x: float, y: float, angle: float, length: float) -> float:
    """How fast a direction field turns along a stroke at pixel x, y, in 1 / pixels."""
    size = angles.shape[0]
    step = length / 4
    ends = []
    for way in (step, -step):
        column, row = (
            min(max(int(c), 0), size - 1) for c in (x + way * np.cos(angle), y + way * np.sin(angle))
        )
        ends.append(angles[row, column])
    turn = (
        ends[0] - ends[1] + np.pi / 2
    ) % np.pi - np.pi / 2  # a stroke has no front: half turns do not count
    return float(turn / (2 * step))
