"""Distance of two clouds of points, looked at along fixed random directions."""

import torch
from torch import Tensor

QUANTILES = 1024


def directions(count: int, size: int, seed: int = 0) -> Tensor:
    """Return unit vectors (count, size), evenly spread over the sphere and the same at every call."""
    generator = torch.Generator().manual_seed(seed)
    random = torch.randn(count, size, generator=generator, dtype=torch.float32)
    return torch.nn.functional.normalize(random, dim=1)


def quantiles(samples: Tensor, count: int = QUANTILES) -> Tensor:
    """Return the middles of `count` equal parts of each row's distribution, (C, N) to (C, count)."""
    ordered = samples.sort(dim=1).values
    last = samples.shape[1] - 1
    places = ((torch.arange(count, dtype=torch.float64) + 0.5) / count * (last + 1) - 0.5).clamp(0, last)
    below = places.long()
    above = (below + 1).clamp(max=last)
    return torch.lerp(ordered[:, below], ordered[:, above], (places - below).float())


def wasserstein(a: Tensor, b: Tensor) -> Tensor:
    r"""Return the mean over rows of the one-dimensional distance of two samples, a scalar.

    .. math:: W_1 = \int_0^1 |F_a^{-1}(q) - F_b^{-1}(q)| \, dq

    at equally spaced quantiles, so that the samples may differ in number.

    Args:
        a: responses along each direction, (C, N).
        b: the same of the other cloud, (C, M).
    """
    return (quantiles(a) - quantiles(b)).abs().mean()
