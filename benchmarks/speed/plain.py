"""The default recipe's loss and gradient as one would write them first: plain torch under autograd.

The same network in the same precision and layout, the same formulae, the same number; no gradient by hand, nothing
kept from step to step but the targets.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scumble.backbones.base import Backbone
from scumble.losses.base import precise
from scumble.losses.range import MARGIN
from scumble.objective.compared import Compared
from scumble.options import Options
from scumble.regions.bleed import trimmed


def features(backbone: Backbone, image: Tensor, wanted: set[str]) -> dict[str, Tensor]:
    """Return the wanted layers' activations in float32 or better, layer by layer."""
    activation = ((image - backbone.mean) / backbone.std).to(
        backbone.precision, memory_format=torch.channels_last
    )
    found = {}
    for name, layer in zip(backbone.names, backbone.features, strict=True):
        activation = plain(layer, activation)
        if name in wanted:
            found[name] = precise(activation)
        if len(found) == len(wanted):
            break
    return found


def plain(layer: nn.Module, activation: Tensor) -> Tensor:
    """Return what a layer makes of an activation, by torch's own functions."""
    if not isinstance(layer, nn.Conv2d):
        return layer(activation)  # type: ignore[no-any-return]
    padding = 0 if layer.padding_mode != "zeros" else layer.padding
    if layer.padding_mode != "zeros":
        activation = F.pad(activation, [1, 1, 1, 1], mode=layer.padding_mode)
    return F.conv2d(activation, layer.weight, layer.bias, padding=padding)


def differences(image: Tensor) -> tuple[Tensor, Tensor]:
    """Return the differences of neighbors across and down."""
    return image[..., 1:] - image[..., :-1], image[..., 1:, :] - image[..., :-1, :]


def of_channels(image: Tensor) -> Tensor:
    """Return the differences of each two channels."""
    red, green, blue = image[:, :1], image[:, 1:2], image[:, 2:]
    return torch.cat([red - green, green - blue, blue - red], dim=1)


class Plain:
    """Evaluate an image for the default recipe without regions.

    Args:
        backbone: reads layers.
        content: (1, 3, H, W), RGB, [0, 1].
        style: (1, 3, h, w).
    """

    def __init__(self, backbone: Backbone, content: Tensor, style: Tensor) -> None:
        self.backbone, compared = backbone, Compared(Options(), backbone)
        self.weights, self.layers, self.margin = compared.weights, compared.layers, compared.margin
        self.wanted = {name for layers in self.layers.values() for name in layers} - {"image"}
        with torch.no_grad():
            self.content = features(backbone, content, set(self.layers["content"]))
            of_style = features(backbone, style, set(self.layers["covariance"]))
            self.style = {name: self.moments(feature) for name, feature in of_style.items()}
            self.free = [each.abs() for each in differences(content)]
            hues = torch.cat([of_channels(each).flatten(2) for each in (content, style)], 2)
            self.hues = [end(dim=2)[..., None, None] for end in (hues.amin, hues.amax)]

    def moments(self, feature: Tensor) -> tuple[Tensor, Tensor]:
        """Return covariance (C, C) and mean (C,) over the positions of a layer that are not of its bleed."""
        seen = trimmed(feature, self.margin((feature.shape[2], feature.shape[3])))
        rows = seen.permute(0, 2, 3, 1).flatten(0, 2)
        mean = rows.mean(0)
        centered = rows - mean
        return centered.T @ centered / len(rows), mean

    def __call__(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return loss and gradient."""
        leaf = image.detach().requires_grad_()
        found = features(self.backbone, leaf, self.wanted)
        total = sum(
            (self.weights[name] * cost for name, cost in self.costs(leaf, found).items()), torch.zeros(())
        )
        (gradient,) = torch.autograd.grad(total, leaf)
        return total.detach(), gradient

    def costs(self, image: Tensor, found: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the cost of each loss."""
        content = sum(
            share * (found[name] - wanted).square().mean() / (wanted.var(correction=0) + 1e-12)
            for (name, share), wanted in zip(
                self.layers["content"].items(), self.content.values(), strict=True
            )
        )
        style = torch.zeros(())
        for name, share in self.layers["covariance"].items():
            (covariance, mean), (wanted, middle) = self.moments(found[name]), self.style[name]
            squared = middle.square().sum()
            size = wanted.square().sum() + (1e-3 * squared).square() + 1e-12
            style = style + share * (covariance - wanted).square().sum() / size
            style = style + share * (mean - middle).square().sum() / (squared + 1e-12)
        rough = sum(
            F.relu(each.abs() - free).square().sum() / (2 * image.numel())
            for each, free in zip(differences(image), self.free, strict=True)
        )
        outside = F.relu(image - (1 - MARGIN)).square().mean() + F.relu(MARGIN - image).square().mean()
        hues, (low, high) = of_channels(image), self.hues
        stray = F.relu(hues - high).square().mean() + F.relu(low - hues).square().mean()
        image_costs = {"roughness": rough, "range": outside, "palette": stray}
        return {"content": content, "covariance": style, **image_costs}  # type: ignore[dict-item]
