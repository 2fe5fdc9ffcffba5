"""Clusters of points: seeded k-means++, and how many there are."""

import torch
from torch import Tensor

TRIES = 4  # starts, of which the best is kept
ROUNDS = 30


def first_centers(points: Tensor, number: int, random: torch.Generator) -> Tensor:
    """Return points far from each other, (K, D): each drawn with its squared distance to those before.

    Reference:
        Arthur, Vassilvitskii: k-means++: The Advantages of Careful Seeding (2007).
    """
    centers = points[torch.randint(len(points), (1,), generator=random)]
    while len(centers) < number:
        distances = torch.cdist(points, centers).square().amin(1)
        drawn = torch.multinomial(distances.cpu() + 1e-12, 1, generator=random)
        centers = torch.cat([centers, points[drawn]])
    return centers


def k_means(points: Tensor, number: int, seed: int) -> tuple[Tensor, float]:
    """Return centers, (K, D), and the mean squared distance of the points, (N, D), to the nearest.

    Reference:
        Lloyd: Least squares quantization in PCM (1982).
    """
    best, least = points[:1], float("inf")
    for attempt in range(TRIES):
        centers = first_centers(points, number, torch.Generator().manual_seed(seed + attempt))
        before = torch.empty(0, dtype=torch.int64)
        for _ in range(ROUNDS):
            nearest = torch.cdist(points, centers).argmin(1)
            if torch.equal(nearest, before):
                break
            before = nearest
            members = torch.nn.functional.one_hot(nearest, number).to(points).T  # (K, N)
            counts = members.sum(1, keepdim=True)
            centers = torch.where(counts > 0, members @ points / counts.clamp(min=1), centers)
        scatter = float(torch.cdist(points, centers).square().amin(1).mean())
        if scatter < least:
            best, least = centers, scatter
    return best, least


def cluster(points: Tensor, most: int, gain: float, seed: int) -> Tensor:
    """Return the centers of at most `most` clusters: one more as long as the scatter comes down to `gain` times.

    Args:
        points: (N, D).
        most: 1 or more.
        gain: 1 for as many as may be.
        seed: of the first centers.
    """
    if gain >= 1:
        return k_means(points, most, seed)[0]
    centers, scatter = points.mean(0, keepdim=True), float(points.var(0, correction=0).sum())
    for number in range(2, most + 1):
        more, less = k_means(points, number, seed)
        if less >= gain * scatter:
            break
        centers, scatter = more, less
    return centers
