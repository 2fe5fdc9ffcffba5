"""What one scale minimizes: the weighted sum of its terms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.errors import BadOption
from scumble.losses.base import Loss, losses
from scumble.optimizers.base import Evaluation
from scumble.options import Options


@dataclass(frozen=True)
class Term:
    """One loss at one layer against one fixed target.

    `share` is the layer's weight times the loss's constant, `weight` the loss's own: alpha or beta.
    """

    name: str
    loss: Loss
    layer: str
    target: Tensor
    share: float
    weight: float

    def cost(self, feature: Tensor) -> Tensor:
        """Return the term's value without its `weight`, in the units of its formula."""
        return self.share * self.loss.distance(self.loss.statistic(feature), self.target)


class Objective:
    """Evaluate an image: total, gradient, and the cost of each loss in its own units.

    Args:
        backbone: reads the layers.
        terms: at least one.
    """

    def __init__(self, backbone: Backbone, terms: Sequence[Term]) -> None:
        self.backbone = backbone
        self.terms = tuple(terms)
        self.layers = frozenset(term.layer for term in self.terms)

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image (1, 3, H, W); memory and time are those of a forward and a backward pass."""
        leaf = image.detach().requires_grad_()
        features = self.backbone(leaf, self.layers)
        total = image.new_zeros(())
        parts: dict[str, Tensor] = {}
        for term in self.terms:
            cost = term.cost(features[term.layer])
            total = total + term.weight * cost
            parts[term.name] = parts.get(term.name, image.new_zeros(())) + cost.detach()
        (gradient,) = torch.autograd.grad(total, leaf)
        return Evaluation(total.detach(), gradient.contiguous(), parts)


def content_factor(strength: float) -> float:
    """Return what content weights are multiplied with: 1 at strength 50, 0 at 100, at most 10^6 near 0.

    Example:
        >>> content_factor(50), content_factor(75), content_factor(100)
        (1.0, 0.1111111111111111, 0.0)
    """
    ratio = (100 - strength) / max(strength, 1e-3)
    return min(ratio * ratio, 1e6)  # more moves no pixel by a level, and overflows in the end


def active_losses(options: Options) -> dict[str, tuple[Loss, float]]:
    """Return the losses that count, each with its weight after the strength dial."""
    found = {}
    for name, weight in options.weight.items():
        loss = losses[name]()
        if loss.reference == "content":
            weight *= content_factor(options.strength)
        if weight > 0:
            found[name] = (loss, weight)
    return found


def layer_shares(loss: Loss, options: Options, backbone: Backbone) -> dict[str, float]:
    """Return the layers that a loss reads and their weights, in the backbone's own names."""
    if loss.reference == "none":
        return {"image": 1.0}
    asked = options.content_layers if loss.reference == "content" else options.style_layers
    shares: dict[str, float] = {}
    for name, share in asked.items():
        own = backbone.nearest_layer(name)
        shares[own] = shares.get(own, 0.0) + share
    return shares


def mixture(features: Sequence[Tensor], shares: Sequence[float]) -> tuple[Tensor, Tensor | None]:
    """Return several pictures' features as one, (1, C, 1, N), with a mask that gives each picture its share.

    A style statistic does not care where positions are, so that of the pool is that of a true mixture.
    """
    if len(features) == 1:
        return features[0], None
    pooled = torch.cat([feature.flatten(2) for feature in features], dim=2).unsqueeze(2)
    weights = [feature.new_full((feature[0, 0].numel(),), share / feature[0, 0].numel())
               for feature, share in zip(features, shares, strict=True)]  # fmt: skip
    mask = torch.cat(weights)
    return pooled, (mask / mask.max()).view(1, 1, 1, -1)


@torch.no_grad()
def make_objective(
    backbone: Backbone, options: Options, content: Tensor, styles: Sequence[Tensor], shares: Sequence[float]
) -> Objective:
    """Return what a scale minimizes.

    Args:
        backbone: reads the pictures.
        options: losses, layers, weights, strength.
        content: (1, 3, H, W), RGB, [0, 1], in the size of the scale.
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.

    Raises:
        BadOption: no loss has a weight above 0.
    """
    active = active_losses(options)
    layers = {name: layer_shares(loss, options, backbone) for name, (loss, _) in active.items()}
    wanted = {kind: {layer for name, (loss, _) in active.items() if loss.reference == kind for layer in layers[name]}
              for kind in ("content", "style")}  # fmt: skip
    of_content = backbone(content, wanted["content"]) if wanted["content"] else {}
    of_styles = [backbone(style, wanted["style"]) if wanted["style"] else {} for style in styles]
    height, width = content.shape[-2:]
    terms: list[Term] = []
    for name, (loss, weight) in active.items():
        for layer, share in layers[name].items():
            if loss.reference == "style":
                target = loss.statistic(*mixture([features[layer] for features in of_styles], shares))
            elif loss.reference == "content":
                target = loss.statistic(of_content[layer])
            else:
                target = torch.zeros_like(loss.statistic(content))
            size = backbone.layer_size(layer, height, width)
            factor = loss.factor(math.prod(size), height * width)
            terms.append(Term(name, loss, layer, target, share * factor, weight))
    if not terms:
        raise BadOption(
            f"no loss is left with weight {dict(options.weight)} at strength {options.strength:g}",
            "give a loss a weight above 0, such as --weight.gram 1",
        )
    return Objective(backbone, terms)
