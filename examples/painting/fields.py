"""Smooth random fields on a square picture: the raw material of everything painted here."""

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]  # (H, W), or (H, W, 3) where it is a picture in 0..1


def coordinates(size: int) -> tuple[Field, Field]:
    """The position of every pixel center as x (to the right) and y (down), both in 0..1, each (size, size)."""
    line = (np.arange(size) + 0.5) / size
    x, y = np.meshgrid(line, line)
    return x, y


def smoothstep(low: float | Field, high: float, value: Field) -> Field:
    """0 below low, 1 above high, and a smooth S between them; low above high falls instead."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(first: Field, second: Field, amount: Field) -> Field:
    """A picture that goes from first to second as amount, (H, W) in 0..1, goes from 0 to 1."""
    return first + (second - first) * amount[..., None]


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur of an (H, W) field by sigma pixels, mirrored at the borders."""
    pad = min(int(3 * sigma) + 1, min(field.shape) - 1)
    padded = np.pad(field, pad, mode="reflect")
    spectrum = np.fft.rfft2(padded) * _gaussian(padded.shape, sigma, sigma)
    whole = np.fft.irfft2(spectrum, s=padded.shape)
    return np.asarray(whole[pad:-pad, pad:-pad])


def grain(rng: np.random.Generator, size: int, across: float, down: float | None = None) -> Field:
    """Gaussian noise of mean 0 and variance 1 with blobs about `across` by `down` of the width, (size, size)."""
    shape = (size, size)
    filtered = np.fft.rfft2(rng.standard_normal(shape)) * _gaussian(
        shape, (across if down is None else down) * size / 3, across * size / 3
    )
    filtered[0, 0] = 0.0
    field = np.fft.irfft2(filtered, s=shape)
    return np.asarray(field / (field.std() + 1e-12))


def fractal(rng: np.random.Generator, size: int, scale: float, octaves: int = 5, gain: float = 0.55) -> Field:
    """Noise with detail at every scale: octaves of `grain`, each half as wide and `gain` as strong."""
    total = sum(gain**k * grain(rng, size, scale / 2**k) for k in range(octaves))
    field = np.asarray(total)
    return np.asarray(field / field.std())


def sample(field: Field, x: Field, y: Field) -> Field:
    """Field at pixel positions x, y by bilinear interpolation, clamped at the borders."""
    height, width = field.shape[:2]
    x = np.clip(x, 0.0, width - 1.001)
    y = np.clip(y, 0.0, height - 1.001)
    column, row = x.astype(np.intp), y.astype(np.intp)
    right, below = x - column, y - row
    if field.ndim == 3:
        right, below = right[..., None], below[..., None]
    top = field[row, column] * (1 - right) + field[row, column + 1] * right
    bottom = field[row + 1, column] * (1 - right) + field[row + 1, column + 1] * right
    return np.asarray(top * (1 - below) + bottom * below)


def drag(field: Field, angle: Field, length: float, steps: int = 12) -> Field:
    """Smear a field along a direction field, as a brush would: line integral convolution over `length` pixels.

    Source: Cabral, Leedom: Imaging Vector Fields Using Line Integral Convolution (1993).
    """
    size = field.shape[0]
    column, row = (c * size - 0.5 for c in coordinates(size))
    dx, dy = np.cos(angle), np.sin(angle)
    total = field.copy()
    for way in (-1.0, 1.0):
        x, y = column.copy(), row.copy()
        for _ in range(steps):
            stride = way * length / (2 * steps)
            x, y = x + stride * sample(dx, x, y), y + stride * sample(dy, x, y)
            total += sample(field, x, y)
    return np.asarray(total / total.std())


def _gaussian(shape: tuple[int, ...], sigma_rows: float, sigma_columns: float) -> Field:
    """Transfer function of a Gaussian of the given widths in pixels, for rfft2 of that shape."""
    rows = np.fft.fftfreq(shape[0])[:, None] * sigma_rows
    columns = np.fft.rfftfreq(shape[1])[None, :] * sigma_columns
    return np.asarray(np.exp(-2.0 * np.pi**2 * (rows**2 + columns**2)))
