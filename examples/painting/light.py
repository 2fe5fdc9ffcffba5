"""Light that rakes over a surface, so that paint, lead and paper have thickness."""

import numpy as np

from painting.fields import Field


def relief(height: Field, depth: float, azimuth: float = 3.9) -> Field:
    """How much light a height map catches, about 0 where it is flat, positive towards the light.

    With the gradient (gx, gy) of depth x height, in pixels, and the light's direction (lx, ly) in the picture's
    plane, this is -(gx lx + gy ly) / sqrt(1 + gx^2 + gy^2). The default lights from the upper left.
    """
    down, right = np.gradient(height * depth)
    facing = -(right * np.cos(azimuth) + down * np.sin(azimuth))
    return np.asarray(facing / np.sqrt(1.0 + right**2 + down**2))


def emboss(picture: Field, height: Field, depth: float, shade: float = 0.35, gloss: float = 0.25) -> Field:
    """Light a picture as if its paint had the given height: darker behind ridges, a white glint on them."""
    lit = relief(height, depth)
    shaded = picture * (1.0 + shade * lit)[..., None]
    glint = gloss * np.clip(lit, 0.0, 1.0) ** 3
    return np.clip(shaded + glint[..., None] * (1.0 - shaded), 0.0, 1.0)
