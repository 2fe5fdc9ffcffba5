"""What losses cost, added up piece by piece."""

from collections.abc import Iterable

import torch
from torch import Tensor


class Costs:
    """The costs of the losses, and what each layer adds to them, without weights, 0-d, float64.

    Args:
        names: of the losses.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.parts = {name: torch.zeros((), dtype=torch.float64) for name in names}
        self.layers: dict[tuple[str, str], Tensor] = {}

    def add(self, name: str, layer: str, cost: Tensor) -> None:
        """Add to a loss what a layer, or a tile of it, costs."""
        self.parts[name] += cost
        self.layers[name, layer] = self.layers.get((name, layer), torch.zeros_like(cost)) + cost
