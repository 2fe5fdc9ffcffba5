"""How far values lie outside what is free, in one pass each way."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class MeanSquaredExcess(Function):
    """The function of `mean_squared_excess`."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, low: Tensor | float, high: Tensor | float) -> Tensor:
        if isinstance(low, Tensor) and isinstance(
            high, Tensor
        ):  # as `clamp`, which spreads bounds five times slower
            excess = torch.minimum(torch.maximum(values, low), high)
        else:
            excess = values.clamp(low, high)  # type: ignore[arg-type]
        torch.sub(values, excess, out=excess)  # a new array as large as the picture is not in the cache
        ctx.save_for_backward(excess)
        length: Tensor = torch.linalg.vector_norm(excess, dim=tuple(range(1, values.ndim)))
        return length.square() / values[0].numel()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (excess,) = ctx.saved_tensors
        factor = gradients[0] * (2 / excess[0].numel())
        return excess * factor.view(-1, *[1] * (excess.ndim - 1)), None, None


def mean_squared_excess(values: Tensor, low: Tensor | float, high: Tensor | float) -> Tensor:
    r"""Return the mean square of what values (B, ...) are below `low` or above `high`, (B,).

    .. math:: e = x - \mathrm{clamp}(x, l, u), \quad \tfrac1N \sum e^2, \quad \partial / \partial x = 2 e / N

    Inside its bounds a value has no excess and so no gradient: what is clamped counts as a constant, where autograd
    would go through comparisons and selections.

    Example:
        >>> import torch
        >>> mean_squared_excess(torch.tensor([[0.5, 3.0, -1.0]]), 0.0, 1.0)
        tensor([1.6667])
    """
    result: Tensor = MeanSquaredExcess.apply(values, low, high)  # type: ignore[no-untyped-call]
    return result
