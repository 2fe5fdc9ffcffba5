"""The matrices that style losses compare: which channels of a layer fire together, with and without their means."""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from scumble.image.sheet import GAP, sheet
from scumble.look.channels import map_of, top_of
from scumble.look.colors import scale_bar
from scumble.look.labels import beneath, beside, margined, paragraph
from scumble.look.seeing import Sight, options_of, see, strength
from scumble.losses.covariance import CovarianceLoss
from scumble.losses.gram import gram_matrix

PANEL, CELL = 320, 288  # widths of what stands beside the matrices, and of a matrix, in pixels
NAMED = 12  # channels whose numbers are told


def gram(images: Any, layer: str | Sequence[str], /, **options: Any) -> Image.Image:
    r"""Return a figure of a layer's Gram matrix and covariance, a row for each picture.

    With :math:`f_p` the channels at position :math:`p` and :math:`\mu` their means, that is the mean over positions
    of :math:`f_p f_p^\top`, and of :math:`(f_p - \mu) (f_p - \mu)^\top`. Each entry is shown as its root, in the
    units of activations, with its sign: where two channels fire at the same places it is bright, where one is silent
    when the other fires it is dark, or blue in the covariance. All matrices of a layer share one scale and one order
    of channels, strongest first; channels that are silent everywhere are left out.

    Args:
        images: path, bytes, Pillow picture, NumPy array or tensor, or a list of them.
        layer: such as `relu3_1`, or several, for a section each.
        options: `backbone`, `pooling`, `input`, `size`, `device`, `threads`, as of `scumble.stylize`.

    Raises:
        ScumbleError: a picture, layer or option that will not do, or weights that are not here.

    Example:
        >>> gram(Image.new("RGB", (64, 48), "teal"), "relu2_1", size=64).mode
        'RGB'
    """
    layers = [layer] if isinstance(layer, str) else list(layer)
    several = list(images) if isinstance(images, list | tuple) else [images]
    _, found = see(several, layers, options_of(options))
    return beneath([_section(sights) for sights in found], 3 * GAP)


def _section(sights: Sequence[Sight]) -> Image.Image:
    order = order_of([sight.feature for sight in sights])
    matrices = [[rooted(one) for one in matrices_of(sight.feature[order])] for sight in sights]
    shown = torch.stack([one.flatten() for pair in matrices for one in pair])
    most = top_of(shown)
    rows = [
        [sight.view, *(map_of(one, most, CELL) for one in pair)]
        for sight, pair in zip(sights, matrices, strict=True)
    ]
    heads = ["", "Gram matrix", "covariance: without the means"]
    return beside(
        margined(_panel(sights[0], order, shown, most)),
        sheet(rows, heads, [sight.picture.name for sight in sights], CELL),
    )


def order_of(features: Sequence[Tensor]) -> Tensor:
    """Return the channels that are not silent in all of several pictures' activations, (C, h, w), strongest first.

    Example:
        >>> order_of([torch.tensor([[[1.0]], [[0.0]], [[3.0]]])])
        tensor([2, 0])
    """
    order = torch.stack([strength(one) for one in features]).mean(0).argsort(descending=True, stable=True)
    heard = torch.stack([one.flatten(1).abs().amax(1) for one in features]).amax(0) > 0
    return order[heard[order]] if bool(heard.any()) else order


def _panel(sight: Sight, order: Tensor, shown: Tensor, most: float) -> Image.Image:
    """Return what stands beside the matrices: the layer, the order of its channels, the scale."""
    first = ", ".join(map(str, order[:NAMED].tolist()))
    told = [
        f"{len(order)} of {len(sight.feature)} channels, an entry for each two of them:",
        "bright where both fire at the same places",
        "the root of each entry, in units of activations",
        f"strongest first: {first}{', ...' if len(order) > NAMED else ''}",
    ]
    low, high = (float(shown.min()), float(shown.max()))
    bar = scale_bar(max(-most, min(0.0, low)), min(most, max(0.0, high)), most, PANEL)
    return beneath([paragraph(sight.layer, told, PANEL), bar])


def matrices_of(feature: Tensor) -> tuple[Tensor, Tensor]:
    """Return the Gram matrix and the covariance, (C, C) each, of activations (C, h, w): what the losses compare.

    Example:
        >>> matrices_of(torch.tensor([[1.0, 3.0], [2.0, 0.0]]).view(2, 1, 2))[1]
        tensor([[ 1., -1.],
                [-1.,  1.]])
    """
    return gram_matrix(feature[None])[0], CovarianceLoss().statistic(feature[None])[0, :, :-1]


def rooted(matrix: Tensor) -> Tensor:
    """Return the root of each entry with its sign, so that small ones are seen beside large ones."""
    return matrix.sign() * matrix.abs().sqrt()
