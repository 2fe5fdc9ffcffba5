"""L-BFGS: what style transfer has been optimized with since its first paper."""

import math
from collections import deque
from collections.abc import Mapping

import torch
from torch import Tensor

from scumble.machine.sums import total
from scumble.optimizers.base import (
    Evaluate,
    Evaluation,
    Optimizer,
    Resize,
    Update,
    numbers_of,
    optimizers,
    require,
)
from scumble.optimizers.line_search import Point, strong_wolfe

LINE_SEARCH = 10  # evaluations at most; one is the rule


def dot(a: Tensor, b: Tensor) -> Tensor:
    """Return the inner product of two tensors of one shape, 0-d, where they are, for any number of threads the same.

    Of 512 x 384 pixels it takes 0.1 ms on two cores, torch's own 0.06; a step asks for some twenty.
    """
    return total(a * b) if a.device.type == "cpu" else torch.dot(a.flatten(), b.flatten())


@optimizers("lbfgs")
class LBFGS(Optimizer):
    """Go where the last gradients say that the minimum lies, as far as a strong Wolfe line search allows.

    An update costs one evaluation when its first length fits, as it mostly does: the evaluation at its end is
    kept for the next one (torch.optim.LBFGS, asked for one update at a time, evaluates that point again). If the
    line search finds nothing lower, the memory is dropped and the next update follows the plain gradient.

    Reference:
        Nocedal, Wright: Numerical Optimization (2006), algorithms 7.4 and 7.5.
    """

    own_rate = 1.0

    def __init__(self, rate: float | None = None, history: int = 10, evaluations: int = 0) -> None:
        super().__init__(rate, history, evaluations)
        self.memory: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=history)  # move, change, 1 / dot
        self.point: tuple[Tensor, Evaluation] | None = None

    def step(self, image: Tensor, evaluate: Evaluate) -> Update:
        evaluation, used = self._known(image), 0
        if evaluation is None:
            evaluation, used = evaluate(image), 1
        while True:
            most = min(LINE_SEARCH, self.evaluations - used) if self.evaluations else LINE_SEARCH
            moved, new_evaluation, spent = self._update(image, evaluation, evaluate, max(1, most))
            stands = moved is image
            image, evaluation, used = moved, new_evaluation, used + spent
            if stands or used >= self.evaluations:
                break
        self.point = (image, evaluation)
        return Update(image, evaluation, image)

    def next_scale(self, resize: Resize) -> None:
        del resize  # curvature belongs to one size
        self.memory = deque(maxlen=self.history)
        self.point = None

    def state(self, image: Tensor) -> dict[str, Tensor]:
        pairs = {
            f"{kind}.{number}": tensor
            for number, (move, change, _) in enumerate(self.memory)
            for kind, tensor in (("move", move), ("change", change))
        }
        known = self._known(image)
        if known is None:
            return pairs
        parts = {f"part.{name}": cost for name, cost in known.parts.items()}
        return {**pairs, "gradient": known.gradient, "total": known.total, **parts}

    def load(self, image: Tensor, state: Mapping[str, Tensor]) -> None:
        parts = {name.removeprefix("part."): cost for name, cost in state.items() if name.startswith("part.")}
        pairs = sum(name.startswith("move.") for name in state)
        names = [f"{kind}.{number}" for number in range(pairs) for kind in ("move", "change")]
        if "gradient" in state:
            names += ["gradient", "total", *(f"part.{name}" for name in parts)]
        require(state, names)
        if "gradient" in state:
            self.point = (image, Evaluation(state["total"], state["gradient"], parts))
        self.memory = deque(maxlen=self.history)
        for number in range(pairs):
            self._remember(state[f"move.{number}"], state[f"change.{number}"])
        if len(self.memory) != pairs:
            raise ValueError(f"of {pairs} pairs it would remember {len(self.memory)}")

    def _known(self, image: Tensor) -> Evaluation | None:
        """Return the evaluation of this very image, if the last update ended there and nobody clipped it."""
        return self.point[1] if self.point and self.point[0] is image else None

    def _update(
        self, image: Tensor, evaluation: Evaluation, evaluate: Evaluate, most: int
    ) -> tuple[Tensor, Evaluation, int]:
        """Return the next image, its evaluation, and how many evaluations that took, `most` at most."""
        gradient = evaluation.gradient
        direction = self._direction(gradient)
        total, slope = numbers_of(evaluation.total, dot(direction, gradient))
        if not slope < 0:
            self.memory.clear()
            direction = -gradient
            slope = float(dot(direction, gradient))
        if not slope < 0:  # no gradient at all, or not a finite one
            return image, evaluation, 0

        def at(length: float) -> Point:
            moved = image + length * direction
            there = evaluate(moved)
            value, slope = numbers_of(there.total, dot(direction, there.gradient))
            return Point(length, value, slope, moved, there)

        origin = Point(0.0, total, slope, image, evaluation)
        found, used = strong_wolfe(at, origin, self._first_length(gradient), most)
        if found is origin:
            self.memory.clear()
        else:
            self._remember(found.image - image, found.evaluation.gradient - gradient)
        return found.image, found.evaluation, used

    def _first_length(self, gradient: Tensor) -> float:
        """Return `rate`; without memory, so much that the mean pixel moves by a hundredth of it."""
        if self.memory:
            return self.rate
        return 0.01 * self.rate / max(float(total(gradient.abs()) / gradient.numel()), 1e-30)

    def _remember(self, move: Tensor, change: Tensor) -> None:
        product = dot(move, change)
        curvature, *squares = numbers_of(product, dot(move, move), dot(change, change))
        lengths = math.prod(math.sqrt(square) for square in squares)
        if curvature > 1e-6 * lengths > 0:  # a cosine: no bound that depends on the units of the objective
            self.memory.append((move, change, 1 / product))

    def _direction(self, gradient: Tensor) -> Tensor:
        """Return minus the inverse Hessian, as far as remembered, times the gradient: the two-loop recursion.

        Nothing is read back: products stay where they are.
        """
        q = gradient.clone()
        shares = []
        for move, change, inverse in reversed(self.memory):
            share = inverse * dot(move, q)
            q.addcmul_(change, share, value=-1)
            shares.append(share)
        if self.memory:
            move, change, inverse = self.memory[-1]
            q.mul_(1 / (inverse * dot(change, change)))
        for (move, change, inverse), share in zip(self.memory, reversed(shares), strict=True):
            q.addcmul_(move, share - inverse * dot(change, q))
        return q.neg_()
