"""What repeats in a style is its style; what occurs once is a figure: a face, a sun, a signature.

The statistics of deep layers hold the figures, too, and paint them where there are none: eyes in the water under a
bridge. So each place of a style counts as much as it is found again elsewhere in it.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.backbones.base import Backbone
from scumble.image.files import Picture
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.plan.plan import Plan

EDGE = 256  # long edge of the pictures that are looked through, in pixels: 1024 places at most
LAYER = "relu4_1"  # what a place is seen as
APART = 6  # places: what lies nearer is the same thing
SIDE = 3  # places of a patch: an eye has another eye, but not twenty
AGAIN = 20  # how many others a place is to be found in
ALIKE = 1e-3  # in cosines: a style in which rare and usual places differ by less has no figures
RARE, USUAL = 0.03, 0.35  # of all places: so many are figures, and from so many on all are style


@torch.no_grad()
def repetition(feature: Tensor) -> Tensor:
    r"""Return how well each place of a style is found again elsewhere in it, (1, 1, h, w), [0, 1].

    With :math:`\hat f` the activations of a place and its eight neighbors, centered, of length 1, the mean of the
    twenty largest :math:`\hat f_p \cdot \hat f_q` over places :math:`q` more than six away from :math:`p`; from its
    3rd to its 35th percentile to a weight 0 to 1. Where there are no places so far away, or all are alike, 1.

    Args:
        feature: (1, C, h, w), of a deep layer.
    """
    height, width = (side - SIDE + 1 for side in feature.shape[-2:])  # of the places with a whole patch
    all_alike = feature.new_ones(1, 1, *feature.shape[-2:])
    if min(height, width) < 1:
        return all_alike
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([down.flatten(), across.flatten()], dim=1)
    apart = (places[:, None] - places[None]).abs().amax(2) > APART  # (N, N)
    if int(apart.sum(1).min()) < AGAIN:
        return all_alike
    centered = feature - feature.mean((2, 3), keepdim=True)
    rows = F.normalize(F.unfold(centered, SIDE)[0].T, dim=1)  # (N, C SIDE²)
    found = (rows @ rows.T).masked_fill(~apart, -torch.inf).topk(AGAIN, dim=1).values.mean(1)
    rare, usual = torch.quantile(found, found.new_tensor([RARE, USUAL]))
    if usual - rare < ALIKE:
        return all_alike
    weights = ((found - rare) / (usual - rare)).clamp(0, 1).view(1, 1, height, width)
    return F.pad(weights, (SIDE // 2,) * 4, mode="replicate")


@torch.no_grad()
def repetition_in(style: Picture, backbone: Backbone) -> Tensor:
    """Return how well each place of a style is found again elsewhere in it, (1, 1, h, w), [0, 1], on the CPU."""
    layer = backbone.nearest_layer(LAYER)
    picture = to_tensor(resize(style.rgb, Plan.size_at(style, EDGE)))
    return repetition(backbone(picture.to(backbone.device), [layer])[layer].cpu())


def repeats_of(plan: Plan, backbone: Backbone) -> tuple[Tensor, ...]:
    """Return how much each place of a plan's styles counts in deep layers, (1, 1, h, w) each, [0, 1].

    Empty where figures count like all else.
    """
    figures = plan.options.figures / 100
    if figures == 1:
        return ()
    found = (repetition_in(style, backbone) for style in plan.styles)
    return tuple((figures + (1 - figures) * one).to(backbone.device) for one in found)
