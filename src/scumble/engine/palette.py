"""The content in the style's colors, so that painting it need not invent where they go."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.engine.regions import Regions

SOFT = 2e-3  # variance added to both sides, [0, 1] squared: a flat sky is not stretched until its grain shows
MARGIN = 4 / 255  # of [0, 1] at either end, for strokes to go beyond without being clipped


def color_moments(pixels: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (3,) and covariance (3, 3), `SOFT` on its diagonal, of colors (3, N) with weights (N,)."""
    shares = weights / weights.sum().clamp(min=1e-12)
    mean = pixels @ shares
    centered = pixels - mean[:, None]
    return mean, (centered * shares) @ centered.T + SOFT * torch.eye(3).to(pixels)


def root(matrix: Tensor) -> Tensor:
    """Return the square root of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    result: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return result


def color_map(content: tuple[Tensor, Tensor], style: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    r"""Return the matrix and offset that move one mean and covariance onto another, and colors the least.

    .. math:: x \mapsto T x + t, \quad
        T = C^{-1/2} (C^{1/2} S C^{1/2})^{1/2} C^{-1/2}, \quad t = \mu_S - T \mu_C

    Reference:
        Pitié, Kokaram: The Linear Monge-Kantorovitch Linear Colour Mapping for Example-Based Colour Transfer (2007).
    """
    half = root(content[1])
    inverse = torch.linalg.inv(half)
    matrix = inverse @ root(half @ style[1] @ half) @ inverse
    return matrix, style[0] - matrix @ content[0]


def pooled_colors(
    styles: Sequence[Tensor], shares: Sequence[float], masks: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """Return all styles' pixels, (3, N), and what each weighs, (N,)."""
    pixels = torch.cat([style[0].flatten(1) for style in styles], dim=1).double()
    weights = [
        share * mask.flatten().double() / mask.numel() for share, mask in zip(shares, masks, strict=True)
    ]
    return pixels, torch.cat(weights)


@torch.no_grad()
def recolored(
    content: Tensor, styles: Sequence[Tensor], shares: Sequence[float], regions: Regions | None, amount: float
) -> Tensor:
    """Return the content with the mean and covariance of the styles' colors, region by region.

    Args:
        content: (1, 3, H, W), RGB, [0, 1].
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.
        regions: of both, or None for one.
        amount: 0 leaves the content as it is; so stays what no region has.
    """
    if amount == 0:
        return content
    whole = Regions(content.new_ones(1, 1, 1, 1), tuple(style.new_ones(1, 1, 1, 1) for style in styles))
    regions = regions or whole
    of_content, *of_styles = (
        F.interpolate(each, picture.shape[-2:], mode="bilinear", align_corners=False)
        for each, picture in zip(regions.all, (content, *styles), strict=True)
    )
    pixels = content[0].flatten(1).double()  # (3, N)
    moved = pixels * (1 - of_content[0].double().flatten(1).sum(0)).clamp(min=0)
    for region in range(regions.number):
        weights = of_content[0, region].flatten().double()
        target = pooled_colors(styles, shares, [mask[:, region] for mask in of_styles])
        matrix, offset = color_map(color_moments(pixels, weights), color_moments(*target))
        moved += weights * (matrix @ pixels + offset[:, None])
    changed = moved.view_as(content[0])[None].to(content.dtype)
    low, high = content.clamp(max=MARGIN), content.clamp(min=1 - MARGIN)  # what was clipped before may stay
    return torch.minimum(torch.maximum(content + amount * (changed - content), low), high)
