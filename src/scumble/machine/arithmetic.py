"""Which paths of arithmetic are taken: those that are here and pass their check. Asked once in a process.

| Path | Instead of | Passes where |
|---|---|---|
| `fused float32` | a convolution, then its ReLU or sum | errors are those of float32 |
| `fused bfloat16` | the same in bfloat16 | the result alone is rounded |
| `quick products` | float32 products by the library that torch asks | factors are not rounded, as they are with AMX |

A path that is left costs time and no digits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.machine.instructions import Asked, asked, instructions
from scumble.machine.onednn import added, convolved, is_here, quick_product

EXACT = 1e-5
"""What a sum that cancels may be off by: of float32, some roundings."""


@dataclass(frozen=True)
class Route:
    """One path, and how to tell whether it computes what it should.

    Args:
        is_here: whether there is such a thing on this machine.
        error: by how much it is off on small random numbers, of their largest.
        worst: what that may be.
        expected: what it may be where nothing is wrong, and yet the path is no good.
    """

    is_here: Callable[[], bool]
    error: Callable[[], float]
    worst: float
    expected: float = 0.0


@dataclass(frozen=True)
class Arithmetic:
    """How this process computes.

    Args:
        instructions: the largest set that may be used.
        taken: names of the paths.
        rounds: paths that are left since they round more than sums can bear.
        wrong: paths that are left since they failed their check.
    """

    instructions: str
    taken: tuple[str, ...]
    rounds: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    def told(self) -> tuple[str, ...]:
        """Return it in words, for the record."""
        return (
            self.instructions,
            *self.taken,
            *(f"no {name}, which would round" for name in self.rounds),
            *self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Return what went otherwise than it should, in words."""
        return tuple(f"no {name}, which failed its check on this machine" for name in self.wrong)


def arithmetic() -> Arithmetic:
    """Return how this process computes, found out the first time.

    Raises:
        UsageError: `SCUMBLE_ARITHMETIC` asks for what there is not.
    """
    return chosen(asked())


@cache
def chosen(wish: Asked) -> Arithmetic:
    """Return the paths that are here and pass their check; none if plain arithmetic is asked for."""
    if wish == "plain":
        return Arithmetic(instructions(), ())
    errors = {name: error_of(way) for name, way in WAYS.items() if way.is_here()}
    passed = [name for name, error in errors.items() if error <= WAYS[name].worst]
    rounding = [n for n, error in errors.items() if WAYS[n].worst < error <= WAYS[n].expected]
    wrong = [name for name in errors if name not in passed and name not in rounding]
    return Arithmetic(instructions(), tuple(passed), tuple(rounding), tuple(wrong))


@torch.no_grad()
def error_of(way: Route) -> float:
    """Return by how much a path is off; infinite if it fails, or its result is no number."""
    try:
        error = way.error()
    except RuntimeError:
        return torch.inf
    return error if error >= 0 else torch.inf


def is_fused(feature: Tensor) -> bool:
    """Whether oneDNN's operations take a feature."""
    known = feature.device.type == "cpu" and feature.dtype in FUSED
    return known and FUSED[feature.dtype] in arithmetic().taken


def is_quick(rows: Tensor) -> bool:
    """Whether float32 that was made of rows may be multiplied by `quick_product`."""
    return rows.dtype == torch.bfloat16 and is_fused(rows) and "quick products" in arithmetic().taken


def random_numbers(*shape: int, seed: int, precision: torch.dtype = torch.float32) -> Tensor:
    """Return random numbers, the same each time; a feature (B, C, H, W) channels last."""
    random = torch.Generator().manual_seed(seed)
    found = torch.randn(*shape, generator=random, dtype=torch.float64, device="cpu").to(precision)
    return found.contiguous(memory_format=torch.channels_last) if found.ndim == 4 else found


def off(found: Tensor, expected: Tensor) -> float:
    """Return the largest error of a result, of the largest number that was expected."""
    return float((found.double() - expected).abs().max() / expected.abs().max())


def error_of_fused(precision: torch.dtype) -> float:
    """Return the largest error of convolutions with a ReLU, of one channel each, and of sums."""
    feature, kernel = (
        random_numbers(1, 16, 14, 11, seed=0, precision=precision),
        random_numbers(16, 16, 3, 3, seed=1),
    )
    kernel, constant = kernel.to(precision), random_numbers(16, seed=2, precision=precision)
    other, same = random_numbers(1, 16, 14, 11, seed=3, precision=precision), torch.eye(16, dtype=precision)
    quarters = torch.full((16, 1, 2, 2), 1 / 4, dtype=precision)
    wide = feature.double()
    plain = F.conv2d(wide, kernel.double(), constant.double()).relu()
    pairs = (
        (convolved(feature, kernel, constant, then="relu"), plain),
        (convolved(feature, quarters, stride=(2, 2), groups=16), F.avg_pool2d(wide, 2)),
        (added(feature.clone(), other, same), wide + other.double()),
        mean_taken_off(precision),
    )
    return max(off(found, expected) for found, expected in pairs)


def mean_taken_off(precision: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return positions less a mean twenty times their spread, times a matrix: by one convolution, and in float64."""
    feature = (20 + random_numbers(1, 16, 5, 60, seed=4)).to(precision)
    kernel = random_numbers(16, 16, 1, 1, seed=5, precision=precision)
    constant = (-20 * kernel.double().sum((1, 2, 3))).float()
    return convolved(feature, kernel, constant), F.conv2d(feature.double() - 20, kernel.double())


def error_of_quick() -> float:
    """Return the largest error of products of rows that are no numbers of bfloat16."""
    rows = random_numbers(3, 200, 32, seed=6).bfloat16().float() - 0.3
    return off(quick_product(rows.mT, rows), rows.double().mT @ rows.double())


FUSED = {torch.float32: "fused float32", torch.bfloat16: "fused bfloat16"}
WAYS = {
    "fused float32": Route(lambda: is_here(torch.float32), lambda: error_of_fused(torch.float32), EXACT),
    "fused bfloat16": Route(lambda: is_here(torch.bfloat16), lambda: error_of_fused(torch.bfloat16), 2**-8),
    "quick products": Route(lambda: is_here(torch.bfloat16), error_of_quick, EXACT, expected=2**-7),
}
