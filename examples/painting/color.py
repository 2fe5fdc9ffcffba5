"""Colors as a painter keeps them: named pigments, ramps from shadow to light, and slight unevenness."""

from collections.abc import Sequence

import numpy as np

from painting.fields import Field

LUMA = np.array([0.299, 0.587, 0.114])


def pigment(code: str) -> Field:
    """The color written as "rrggbb", as three numbers in 0..1."""
    return np.array([int(code[k : k + 2], 16) / 255 for k in (0, 2, 4)])


def ramp(codes: Sequence[str], tone: Field) -> Field:
    """Tone in 0..1 turned into color along evenly spaced pigments, dark to light: (...) to (..., 3)."""
    stops = np.linspace(0.0, 1.0, len(codes))
    pigments = np.stack([pigment(code) for code in codes])
    return np.stack([np.interp(tone, stops, pigments[:, channel]) for channel in range(3)], axis=-1)


def luma(picture: Field) -> Field:
    """Brightness of a picture as the eye weighs it, (..., 3) to (...)."""
    return np.asarray(picture @ LUMA)


def saturate(picture: Field, amount: float) -> Field:
    """Push colors away from grey (amount above 1) or towards it (below 1)."""
    grey = luma(picture)[..., None]
    return np.clip(grey + (picture - grey) * amount, 0.0, 1.0)
