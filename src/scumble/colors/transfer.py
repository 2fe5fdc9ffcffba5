"""The content in the style's colors, so that painting it need not invent where they go."""

from collections.abc import Sequence

import torch
from torch import Tensor

from scumble.colors.distribution import RGB, Colors, Map, Space, bands, colors_of, moved, pooled
from scumble.regions.found import Regions, one_region

MARGIN = 4 / 255  # of [0, 1] at either end, for strokes to go beyond without being clipped
NOTHING = 1e-6  # share of a picture below which a region has no colors


def root(matrix: Tensor) -> Tensor:
    """Return the square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    result: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return result


def color_map(one: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor]) -> Map:
    r"""Return the matrix and offset that move one mean and covariance onto another, and colors the least.

    .. math:: x \mapsto T x + t, \quad
        T = C^{-1/2} (C^{1/2} S C^{1/2})^{1/2} C^{-1/2}, \quad t = \mu_S - T \mu_C

    Args:
        one: mean :math:`\mu_C`, (3,), and covariance :math:`C`, (3, 3).
        other: :math:`\mu_S` and :math:`S`.

    Reference:
        Pitié, Kokaram: The Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based Colour Transfer (2007).
    """
    half = root(one[1])
    inverse = torch.linalg.inv(half)
    matrix = inverse @ root(half @ other[1] @ half) @ inverse
    return matrix, other[0] - matrix @ one[0]


def color_maps(one: Colors, other: Colors, space: Space) -> list[Map]:
    """Return the `color_map` of each region; the identity where one of the two has nothing of it."""
    soft = torch.diag(one.weight.new_tensor(space.soft))
    sides = [(each.mean, each.covariance + soft) for each in (one, other)]
    there = torch.minimum(one.weight, other.weight) > NOTHING
    same = torch.diag(torch.ones_like(soft[0])), torch.zeros_like(soft[0])
    return [
        color_map(*((mean[region], covariance[region]) for mean, covariance in sides)) if here else same
        for region, here in enumerate(there)
    ]


@torch.no_grad()
def recolored(
    content: Tensor,
    styles: Sequence[Tensor],
    shares: Sequence[float],
    regions: Regions | None,
    amount: float,
    counted: Tensor | None = None,
) -> Tensor:
    """Return the content with the mean and covariance of the styles' colors, region by region.

    Args:
        content: (1, 3, H, W), RGB, [0, 1].
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.
        regions: of both, or None for one; what belongs to none stays as it is.
        amount: 0 leaves the content as it is.
        counted: how much each place of the content counts, (1, 1, h, w); all alike when omitted.
    """
    if amount == 0:
        return content
    regions = regions or one_region(content, len(styles))
    there = colors_of(content, regions.content, RGB, counted)
    of_styles = [colors_of(style, mask, RGB) for style, mask in zip(styles, regions.styles, strict=True)]
    changed = moved(content, regions.content, color_maps(there, pooled(of_styles, shares), RGB), RGB, amount)
    for band in bands(content):
        before = content[:, :, band]  # what was clipped before may stay
        changed[:, :, band].clamp_(before.clamp(max=MARGIN), before.clamp(min=1 - MARGIN))
    return changed
