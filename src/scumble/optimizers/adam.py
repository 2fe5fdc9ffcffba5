"""Adam, which the exercises use."""

from collections.abc import Mapping

import torch
from torch import Tensor

from scumble.optimizers.base import Evaluate, Optimizer, Resize, Update, optimizers, require


@optimizers("adam")
class Adam(Optimizer):
    r"""Adapt each pixel's step to the mean and mean square of its gradients.

    .. math:: m \leftarrow 0.9 m + 0.1 g, \quad v \leftarrow 0.999 v + 0.001 g^2, \quad
              x \leftarrow x - \eta \, \hat m / (\sqrt{\hat v} + 10^{-8})

    Both are carried to the next scale, so that it does not start blind.

    Reference:
        Kingma, Ba: Adam, A Method for Stochastic Optimization (2014), https://arxiv.org/abs/1412.6980
    """

    own_rate = 0.02
    decay_mean, decay_square, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, rate: float | None = None, history: int = 10, evaluations: int = 0) -> None:
        super().__init__(rate, history, evaluations)
        self.mean: Tensor | None = None
        self.square: Tensor | None = None
        self.number = 0

    def step(self, image: Tensor, evaluate: Evaluate) -> Update:
        evaluation = evaluate(image)
        gradient = evaluation.gradient
        if self.mean is None or self.square is None:
            self.mean, self.square = gradient.new_zeros(gradient.shape), gradient.new_zeros(gradient.shape)
        self.number += 1
        self.mean = self.mean.lerp(gradient, 1 - self.decay_mean)
        self.square = self.square.lerp(gradient.square(), 1 - self.decay_square)
        mean = self.mean / (1 - self.decay_mean**self.number)
        root = (self.square / (1 - self.decay_square**self.number)).sqrt()
        return Update(image - self.rate * mean / (root + self.epsilon), evaluation, image)

    def next_scale(self, resize: Resize) -> None:
        if self.mean is not None and self.square is not None:
            self.mean = resize(self.mean)
            self.square = resize(self.square).clamp_min(0)  # bicubic overshoots

    def state(self, image: Tensor) -> dict[str, Tensor]:
        del image
        if self.mean is None or self.square is None:
            return {}
        number = torch.tensor(self.number, dtype=torch.float32)
        return {"mean": self.mean, "square": self.square, "number": number}

    def load(self, image: Tensor, state: Mapping[str, Tensor]) -> None:
        del image
        if not state:
            return
        require(state, ("mean", "square", "number"))
        number = float(state["number"])
        if not (number >= 1 and number.is_integer()) or bool((state["square"] < 0).any()):
            raise ValueError("it counts no steps, or a square is below 0")
        self.mean, self.square, self.number = state["mean"], state["square"], int(number)
