"""How far values lie outside what is free, in one pass each way."""

from torch import Tensor

from scumble.losses.base import SquaredLength


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
    clamped = values.detach().clamp(low, high)  # type: ignore[arg-type]
    result: Tensor = SquaredLength.apply(values - clamped)  # type: ignore[no-untyped-call]
    return result / values[0].numel()
