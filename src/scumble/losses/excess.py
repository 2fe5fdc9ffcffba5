"""How far values lie outside what is free, in one pass each way."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class SquaredExcess(Function):
    r"""The mean square of what values exceed their bounds by, (B,), with the gradient by hand.

    .. math:: e = x - \mathrm{clamp}(x, l, u), \quad \tfrac1N \sum e^2, \quad \partial / \partial x = 2 e / N

    Inside its bounds a value has no excess and so no gradient: the residual, kept, is the gradient itself, where
    autograd goes through comparisons and selections.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, low: Tensor | float, high: Tensor | float) -> Tensor:
        excess = torch.sub(values, values.clamp(low, high))  # type: ignore[arg-type]
        ctx.save_for_backward(excess)
        length: Tensor = torch.linalg.vector_norm(excess, dim=tuple(range(1, excess.ndim)))
        return length.square() / excess[0].numel()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (excess,) = ctx.saved_tensors
        share = 2 / excess[0].numel() * gradients[0]  # (B,)
        return excess * share.view(-1, *[1] * (excess.ndim - 1)), None, None


def mean_squared_excess(values: Tensor, low: Tensor | float, high: Tensor | float) -> Tensor:
    """Return the mean square of what values (B, ...) are below `low` or above `high`, (B,).

    Example:
        >>> mean_squared_excess(torch.tensor([[0.5, 3.0, -1.0]]), 0.0, 1.0)
        tensor([1.6667])
    """
    result: Tensor = SquaredExcess.apply(values, low, high)  # type: ignore[no-untyped-call]
    return result
