"""What an optimizer is: from an image and a way to evaluate it to a better image."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import torch
from torch import Tensor

from scumble.registry import Registry


@dataclass(frozen=True)
class Evaluation:
    """What the objective says of one image; `total` is the weighted sum of `parts`."""

    total: Tensor  # 0-d, on the device
    gradient: Tensor  # of total to the image, as large as the image
    parts: Mapping[str, Tensor] = field(default_factory=dict)  # 0-d each, by the name of the loss
    layers: Mapping[tuple[str, str], Tensor] = field(
        default_factory=dict
    )  # what each layer adds to a loss's part


Evaluate = Callable[[Tensor], Evaluation]
Resize = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Update:
    """One optimizer update, however many evaluations it took.

    Some optimizers know the new image's evaluation, others only the old one's: it is that of `evaluated`.
    """

    image: Tensor
    evaluation: Evaluation
    evaluated: Tensor


class Optimizer(ABC):
    """Make an image better step by step.

    Args:
        rate: step length where pixels are 0 to 1; the class's own when None.
        history: updates to remember, for those that do.
        evaluations: a step goes on until it has used so many, for those that can; 0: one update.
    """

    own_rate: ClassVar[float]

    def __init__(self, rate: float | None = None, history: int = 10, evaluations: int = 0) -> None:
        self.rate = self.own_rate if rate is None else rate
        self.history = history
        self.evaluations = evaluations

    @abstractmethod
    def step(self, image: Tensor, evaluate: Evaluate) -> Update:
        """Return a better image; `image` is left as it is."""

    def next_scale(self, resize: Resize) -> None:
        """Carry over to an image of another size what still holds there; nothing by default."""
        del resize

    def state(self, image: Tensor) -> dict[str, Tensor]:
        """Return what the next step from `image` depends on beside it, by name; later steps do not change it.

        A tensor is as large as the image, or a single number. Nothing by default.
        """
        del image
        return {}

    def load(self, image: Tensor, state: Mapping[str, Tensor]) -> None:
        """Go on at `image` as the optimizer would have that gave the `state`.

        Raises:
            ValueError: no optimizer of this kind is ever in such a state.
        """
        del image
        require(state, ())


def numbers_of(*numbers: Tensor) -> list[float]:
    """Return tensors, 0-d, as numbers, all at once: on a GPU each reading waits for all that was asked before."""
    found: list[float] = torch.stack([number.to(numbers[-1]) for number in numbers]).tolist()
    return found


def require(state: Mapping[str, Tensor], names: Collection[str]) -> None:
    """Raise `ValueError` unless a state holds just what is named."""
    if state.keys() != set(names):
        raise ValueError(f"it holds {', '.join(sorted(state)) or 'nothing'}")


optimizers: Registry[Optimizer] = Registry("optimizer", "optimizers")
