"""Notice a run that goes wrong, go back to its best picture, and try once more a safer way."""

import math
from collections import deque
from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from scumble.errors import RunFailed
from scumble.machine.sums import total as sum_of
from scumble.optimizers.adam import Adam
from scumble.optimizers.base import Evaluate, Evaluation, Optimizer, Update, numbers_of

Verdict = Literal["fine", "converged", "at rest", "non-finite", "constant", "diverging", "stuck"]
GOOD: tuple[Verdict, ...] = ("fine", "converged", "at rest")
"""Those after which nothing is to be rescued; a scale ends with the last two."""

FLAT = 1e-3  # deviation of pixels, [0, 1], under which a picture is constant to the eye
DIVERGING = 1e3  # times the first total
FAR = 3.0  # a pixel, where [0, 1] can be shown
STILL = 1e-7  # largest change of a pixel that is none
PATIENCE = 3  # still steps before a verdict
LONG = 20  # steps over which a plateau is looked for
ENOUGH = 128  # rows and columns at least to tell whether a picture is constant
SAFER_RATE = 0.005  # of Adam, after a rescue


class Watch(BaseModel):
    """What a guard remembers beside the best picture: totals, None before the first step of a scale."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    rescued: bool
    best: float | None
    first: float | None
    still: Annotated[int, Field(ge=0, le=PATIENCE)]
    totals: Annotated[tuple[float, ...], Field(max_length=LONG + 1)]


def deviation(image: Tensor) -> Tensor:
    """Return the standard deviation of the most varied channel, 0-d, in a large picture over some positions."""
    each = max(1, min(image.shape[2:]) // ENOUGH)
    return image.detach()[..., ::each, ::each].flatten(2).std(2, correction=0).max()


class Guard:
    """Watch a run scale by scale.

    Args:
        varied: whether content and styles are more than one color, so that to become constant is a failure.
        plateau: share of the total that `LONG` steps must gain, or the scale has converged.
    """

    def __init__(self, varied: bool, plateau: float = 0.0) -> None:
        self.varied, self.plateau = varied, plateau
        self.rescued = False

    def watch(self, image: Tensor) -> None:
        """Begin a scale at an image."""
        self.best = image
        self.best_total = math.inf
        self.first_total: float | None = None
        self.still = 0
        self.totals: deque[float] = deque(maxlen=LONG + 1)

    def memory(self) -> Watch:
        """Return what is to be known, with `best`, to go on watching."""
        best = None if self.best_total == math.inf else self.best_total
        return Watch(rescued=self.rescued, best=best, first=self.first_total, still=self.still,
                     totals=tuple(self.totals))  # fmt: skip

    def recall(self, best: Tensor, memory: Watch) -> None:
        """Go on watching where another guard had such a memory."""
        self.watch(best)
        self.rescued, self.first_total, self.still = memory.rescued, memory.first, memory.still
        self.best_total = math.inf if memory.best is None else memory.best
        self.totals.extend(memory.totals)

    def verdict(self, before: Tensor, update: Update) -> Verdict:
        """Judge an update and remember the best picture."""
        ends, moves = update.image.aminmax(), (update.image - before).aminmax()
        total, least, most, down, up, was, varied = numbers_of(
            update.evaluation.total, *ends, *moves, deviation(before), deviation(update.image)
        )
        if not all(map(math.isfinite, (total, least, most))):  # no pixel is a number that is neither
            return "non-finite"
        if self.varied and varied < FLAT <= was:
            return "constant"
        self.first_total = total if self.first_total is None else self.first_total
        far = max(-least, most) > FAR  # from near the optimum, a total may grow and be harmless
        if far and total > DIVERGING * self.first_total:
            return "diverging"
        if total < self.best_total:
            self.best, self.best_total = update.evaluated, total
        self.still = self.still + 1 if max(-down, up) < STILL else 0
        self.totals.append(total)
        gained = self.totals[0] - total  # below 0 where an optimizer goes uphill first, as Adam may
        if len(self.totals) > LONG and 0 <= gained < self.plateau * self.totals[0]:
            return "converged"
        if self.still < PATIENCE:
            return "fine"
        return "at rest" if self._at_rest(update.evaluation) else "stuck"

    def _at_rest(self, evaluation: Evaluation) -> bool:
        """Whether this scale has come down, or a change of every pixel by 1/255 would gain next to nothing."""
        total = float(evaluation.total)
        came_down = self.first_total is not None and total < 0.999 * self.first_total
        return came_down or float(sum_of(evaluation.gradient.abs())) / 255 < 1e-3 * total + 1e-9

    def rest(self, size: tuple[int, int], number: int, of: int, precision: torch.dtype) -> tuple[str, ...]:
        """Say that a scale ends at rest, where all its steps were asked for: no plateau was to end it."""
        if self.plateau or number == of:
            return ()
        said = f"{size[0]} x {size[1]} is at rest after step {number} of {of}: no further one gains anything"
        low = precision != torch.float32
        return (f"{said} in bfloat16; --precision float32 tells smaller gains apart" if low else said,)

    def kept(self, image: Tensor, evaluation: Evaluation, objective: Evaluate) -> tuple[Tensor, Evaluation]:
        """Return the image that a scale ends with: after a rescue the best there was, for Adam may end with worse."""
        if not self.rescued or float(evaluation.total) <= self.best_total:
            return image, evaluation
        return self.best, objective(self.best)

    def rescue(self, verdict: Verdict, step: int, of: str = "") -> tuple[Optimizer, str]:
        """Return a safer optimizer and what to say of it; `of` names the losses that are not finite.

        Raises:
            RunFailed: it was tried before.
        """
        where = f"at step {step}" + (f" ({of})" if of else "")
        if self.rescued:
            raise RunFailed(
                f"the run became {verdict} {where}, and so it had before the safer second try",
                "use the default weights, or --optimizer adam with a smaller --rate",
            )
        self.rescued = True
        how = f"back to the best picture, on with adam at rate {SAFER_RATE}"
        return safer(), f"{verdict} {where}: {how}"


class Witness:
    """An objective that remembers what it said during a step: a line search passes over what is not finite.

    Args:
        objective: what is asked.
    """

    def __init__(self, objective: Evaluate) -> None:
        self.objective = objective
        self.said: list[tuple[Tensor, Mapping[str, Tensor]]] = []  # totals and parts

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image."""
        evaluation = self.objective(image)
        self.said.append((evaluation.total, evaluation.parts))
        return evaluation

    def verdict(self, verdict: Verdict, evaluation: Evaluation) -> Verdict:
        """Return a verdict on a step and its evaluation; what stands still for want of numbers is `non-finite`."""
        if verdict not in ("converged", "at rest", "stuck"):
            return verdict
        lost = self.said and not any(bool(total.isfinite()) for total, _ in self.said)
        return "non-finite" if lost or not bool(evaluation.gradient.isfinite().all()) else verdict

    def culprits(self) -> str:
        """Return the losses that were not finite in the last step, by name."""
        names = (name for _, parts in self.said for name, cost in parts.items() if not bool(cost.isfinite()))
        return ", ".join(dict.fromkeys(names))


def safer() -> Optimizer:
    """Return the optimizer of the second try."""
    return Adam(SAFER_RATE)
