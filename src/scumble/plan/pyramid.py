"""The sizes that a picture is painted at, coarse to fine."""

import math
from dataclasses import dataclass

from scumble.image.resize import fit
from scumble.options.paper import DPI, in_pixels

STEP_COST = 12_000  # pixels; compact on two cores: 12 ms a step and 1 ms for each thousand pixels
SMALLEST_SIDE = 16  # of a picture that reaches relu5_1 of VGG, in pixels


@dataclass(frozen=True)
class Scale:
    """One size of the pyramid and the steps made there; `bleed` pixels more are painted at each edge, and cut off."""

    width: int
    height: int
    steps: int
    bleed: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, as Pillow orders them."""
        return self.width, self.height

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of what is painted."""
        return self.width + 2 * self.bleed, self.height + 2 * self.bleed

    @property
    def work(self) -> int:
        """What the scale costs: pixels times steps, each step `STEP_COST` pixels more."""
        return (math.prod(self.canvas) + STEP_COST) * self.steps


def canvas(size: str, width: int, height: int, dpi: int | None = None) -> tuple[int, int]:
    """Return width and height of the result for a content of `width` x `height`, of a print at so many dots per inch.

    Example:
        >>> canvas("512", 4000, 3000), canvas("400x300", 4000, 3000), canvas("A4", 4000, 3000)
        ((512, 384), (400, 300), (3307, 2480))
    """
    pixels = in_pixels(size, dpi or DPI, width, height)
    if "x" in pixels:
        across, down = map(int, pixels.split("x"))
        return across, down
    return fit(width, height, int(pixels))


def pyramid(
    width: int,
    height: int,
    steps: tuple[int, ...],
    coarsest: int,
    shape: tuple[int, int] | None = None,
    bleed: float = 0.0,
) -> list[Scale]:
    """Return the scales, each twice as large as the one before, from about `coarsest` pixels up.

    Args:
        width: of the result, as `height`, in pixels.
        height: see `width`.
        steps: for each scale from the coarsest on; the last serves all further ones.
        coarsest: long edge, within a factor of 1.42; 0 for one scale only. A panorama begins at a larger scale
            if its shorter side would be below `SMALLEST_SIDE`.
        shape: width and height of the picture that is shrunk, as its sizes are rounded; those of the result when
            omitted.
        bleed: of each scale, in hundredths of its long edge; twice as many pixels at each scale as at the one
            before, so that places keep theirs, and less than the shorter side.

    Example:
        >>> [(scale.size, scale.steps) for scale in pyramid(512, 384, (80, 60), 128)]
        [((128, 96), 80), ((256, 192), 60), ((512, 384), 60)]
    """
    long_edge = max(width, height)
    halvings = max(0, round(math.log2(long_edge / coarsest))) if coarsest else 0
    while halvings and min(width, height) < SMALLEST_SIDE * 2**halvings:
        halvings -= 1
    first = bleed / 100 * long_edge / 2**halvings
    scales = []
    for number, power in enumerate(range(halvings, -1, -1)):
        across, down = fit(*(shape or (width, height)), max(1, round(long_edge / 2**power)))
        edge = min(round(first) << number, min(across, down) - 1)
        scales.append(Scale(across, down, steps[min(number, len(steps) - 1)], edge))
    return scales
