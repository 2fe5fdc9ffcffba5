"""Plain gradient descent, as the first exercises do it."""

from collections.abc import Mapping

from torch import Tensor

from scumble.optimizers.base import Evaluate, Optimizer, Update, optimizers, require


@optimizers("gradient-descent")
class GradientDescent(Optimizer):
    r"""Go against the gradient: :math:`x \leftarrow x - \eta \, g / \max |g_1|`.

    The gradient's size depends on losses, weights and number of pixels, so it is divided by its largest entry
    at the first step of a scale: `rate` is the largest change of a pixel there. Later steps shrink with it.
    """

    own_rate = 0.05

    def __init__(self, rate: float | None = None, history: int = 10, evaluations: int = 0) -> None:
        super().__init__(rate, history, evaluations)
        self.largest: Tensor | None = None

    def step(self, image: Tensor, evaluate: Evaluate) -> Update:
        evaluation = evaluate(image)
        if self.largest is None:
            self.largest = evaluation.gradient.abs().max().clamp_min(1e-30)
        return Update(image - self.rate * evaluation.gradient / self.largest, evaluation, image)

    def next_scale(self, resize: object) -> None:
        del resize
        self.largest = None

    def state(self, image: Tensor) -> dict[str, Tensor]:
        del image
        return {} if self.largest is None else {"largest": self.largest}

    def load(self, image: Tensor, state: Mapping[str, Tensor]) -> None:
        del image
        if not state:
            return
        require(state, ("largest",))
        if not float(state["largest"]) > 0:
            raise ValueError("its largest gradient is not above 0")
        self.largest = state["largest"]
