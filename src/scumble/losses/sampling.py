"""What is drawn at random in losses, the same each time: an optimizer needs one and the same objective."""

from functools import lru_cache

import torch
from torch import Tensor

SEED = 1


def seeded() -> torch.Generator:
    """Return a generator that nobody else uses, at its beginning."""
    return torch.Generator().manual_seed(SEED)


@lru_cache(maxsize=1024)
def shuffled(number: int, device: torch.device) -> Tensor:
    """Return the numbers below `number` in random order; kept, since to draw them takes as long as to sort a few.

    Example:
        >>> sorted(shuffled(4, torch.device("cpu")).tolist())
        [0, 1, 2, 3]
    """
    return torch.randperm(number, generator=seeded()).to(device)
