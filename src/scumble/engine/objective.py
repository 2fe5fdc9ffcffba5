"""What one scale minimizes: the weighted sum of its terms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.engine.partition import Partition, fine_enough
from scumble.engine.regions import Regions
from scumble.engine.strength import content_factor
from scumble.errors import BadOption
from scumble.losses.base import Loss, losses, precise
from scumble.optimizers.base import Evaluation
from scumble.options import Options


@dataclass(frozen=True)
class Term:
    """One loss at one layer against one fixed target, or against one for each region.

    `shares` (B,) are the layer's weight times the loss's constant, times the area of a region where `by_region`;
    `weight` is the loss's own: alpha or beta.
    """

    name: str
    loss: Loss
    layer: str
    target: Tensor
    shares: Tensor
    weight: float
    by_region: bool = False

    def cost(self, features: Sequence[Tensor]) -> Tensor:
        """Return the term's value without its `weight`, in the units of its formula.

        Args:
            features: the layer, (1, C, H, W), or its regions, (1, C, 1, N) each.
        """
        statistics = [self.loss.statistic(feature) for feature in features]
        statistic = torch.cat(statistics) if self.by_region else statistics[0]
        return self.shares.dot(self.loss.distance(statistic, self.target))


class Objective:
    """Evaluate an image: total, gradient, and the cost of each loss in its own units.

    Args:
        backbone: reads the layers.
        terms: at least one.
        partitions: of the layers that terms compare region by region.
    """

    def __init__(
        self, backbone: Backbone, terms: Sequence[Term], partitions: Mapping[str, Partition] | None = None
    ) -> None:
        self.backbone = backbone
        self.terms = tuple(terms)
        self.partitions = partitions or {}
        self.layers = frozenset(term.layer for term in self.terms)
        self.weights = {term.name: term.weight for term in self.terms}

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image (1, 3, H, W); memory and time are those of a forward and a backward pass."""
        leaf = image.detach().requires_grad_()
        features = self.backbone(leaf, self.layers)
        parted = {layer: partition.split(features[layer]) for layer, partition in self.partitions.items()}
        costs: dict[str, Tensor] = {}
        for term in self.terms:
            cost = term.cost(parted[term.layer] if term.by_region else [features[term.layer]])
            costs[term.name] = costs[term.name] + cost if term.name in costs else cost
        total = torch.stack([self.weights[name] * cost for name, cost in costs.items()]).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        parts = {name: cost.detach() for name, cost in costs.items()}
        return Evaluation(total.detach(), gradient.contiguous(), parts)


def active_losses(options: Options) -> dict[str, tuple[Loss, float]]:
    """Return the losses that count, each with its weight after the strength dial."""
    found = {}
    for name, weight in options.weight.items():
        loss = losses[name]()
        if loss.reference == "content" and loss.follows_strength:
            weight *= content_factor(options.strength)
        if weight > 0:
            found[name] = (loss, weight)
    return found


def layer_shares(loss: Loss, options: Options, backbone: Backbone) -> dict[str, float]:
    """Return the layers that a loss reads and their weights, in the backbone's own names."""
    if loss.on_image:
        return {"image": 1.0}
    asked = (
        options.content_layers
        if loss.reference == "content"
        else from_block(loss.first_block, options.style_layers)
    )
    shares: dict[str, float] = {}
    for name, share in asked.items():
        own = backbone.nearest_layer(name)
        shares[own] = shares.get(own, 0.0) + share
    return shares


def from_block(first: int, layers: Mapping[str, float]) -> Mapping[str, float]:
    """Return the layers of a block and later ones, their weights scaled to the sum of all; all if there are none.

    Example:
        >>> from_block(3, {"relu1_1": 0.5, "relu3_1": 0.25, "relu4_1": 0.25})
        {'relu3_1': 0.5, 'relu4_1': 0.5}
    """
    deep = {name: weight for name, weight in layers.items() if int(name[4]) >= first}
    if not sum(deep.values()):
        return layers
    scale = sum(layers.values()) / sum(deep.values())
    return {name: scale * weight for name, weight in deep.items()}


def mixture(features: Sequence[Tensor], weights: Sequence[float]) -> tuple[Tensor, Tensor | None]:
    """Return several pictures' features as one, (1, C, 1, N), with a mask that gives each its weight.

    A style statistic does not care where positions are, so that of the pool is that of a true mixture.

    Args:
        features: (1, C, h, w) each.
        weights: of a position of each.
    """
    if len(features) == 1:
        return features[0], None
    pooled = torch.cat([feature.flatten(2) for feature in features], dim=2).unsqueeze(2)
    mask = torch.cat([precise(feature[0, 0]).new_full((feature[0, 0].numel(),), weight)
                      for feature, weight in zip(features, weights, strict=True)])  # fmt: skip
    return pooled, (mask / max(weights)).view(1, 1, 1, -1)


class Targets:
    """The pictures that a scale is compared with, read once.

    Args:
        backbone: reads them.
        options: losses, layers, weights, strength.
        content: (1, 3, H, W), RGB, [0, 1], in the size of the scale.
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.
        regions: of content and styles, or None.
    """

    def __init__(
        self,
        backbone: Backbone,
        options: Options,
        content: Tensor,
        styles: Sequence[Tensor],
        shares: Sequence[float],
        regions: Regions | None = None,
    ) -> None:
        self.backbone, self.options, self.shares, self.regions = backbone, options, shares, regions
        self.content, self.size = content, (content.shape[-2], content.shape[-1])
        self.active = active_losses(options)
        self.layers = {name: layer_shares(loss, options, backbone) for name, (loss, _) in self.active.items()}
        of_content, of_style = self._wanted("content"), self._wanted("style")
        self.of_content = backbone(content, of_content) if of_content else {}
        self.of_styles = [backbone(style, of_style) for style in styles] if of_style else []
        self.partitions, self.style_partitions = self._partitions(of_style)

    def _wanted(self, reference: str) -> set[str]:
        named = [self.layers[name] for name, (loss, _) in self.active.items() if loss.reference == reference]
        return {layer for layers in named for layer in layers}

    def _partitions(self, layers: set[str]) -> tuple[dict[str, Partition], dict[str, list[Partition]]]:
        """Return those of the content and of the styles, for the layers that hold every region in both."""
        ours: dict[str, Partition] = {}
        theirs: dict[str, list[Partition]] = {}
        for layer in layers if self.regions else ():
            assert self.regions is not None
            features = [of_style[layer] for of_style in self.of_styles]
            sizes = [
                self.backbone.layer_size(layer, *self.size),
                *((f.shape[-2], f.shape[-1]) for f in features),
            ]
            if not all(map(min, sizes)):
                continue
            pictures = zip((self.regions.content, *self.regions.styles), sizes, strict=True)
            content, *styles = (Partition(shares, size) for shares, size in pictures)
            if fine_enough(content.counts, [style.counts for style in styles]):
                ours[layer], theirs[layer] = content, styles
        return ours, theirs

    def terms(self, name: str) -> Iterator[Term]:
        """Yield the terms of a loss, one for each layer."""
        loss, weight = self.active[name]
        for layer, share in self.layers[name].items():
            height, width = self.backbone.layer_size(layer, *self.size)
            share *= loss.factor(height * width, self.size[0] * self.size[1])
            by_region = loss.reference == "style" and layer in self.partitions
            areas = self.partitions[layer].areas if by_region else [1.0]
            target = self._target(loss, layer, by_region)
            yield Term(name, loss, layer, target, share * target.new_tensor(areas), weight, by_region)

    def _target(self, loss: Loss, layer: str, by_region: bool) -> Tensor:
        """Return what a loss's statistic of a layer is compared with, (1, ...) or (K, ...)."""
        if loss.reference == "none":
            return torch.zeros_like(loss.statistic(self.content))
        if loss.reference == "content":
            return loss.statistic(self.of_content[layer])
        if not by_region:
            return self._style_target(loss, layer, None)
        regions = range(len(self.partitions[layer].areas))
        return torch.cat([self._style_target(loss, layer, region) for region in regions])

    def _style_target(self, loss: Loss, layer: str, region: int | None) -> Tensor:
        features = [of_style[layer] for of_style in self.of_styles]
        weights = [
            share / feature[0, 0].numel() for share, feature in zip(self.shares, features, strict=True)
        ]
        if region is not None:
            partitions = zip(self.style_partitions[layer], features, strict=True)
            features = [partition.split(feature)[region] for partition, feature in partitions]
        return loss.statistic(*mixture(features, weights))


@torch.no_grad()
def make_objective(
    backbone: Backbone,
    options: Options,
    content: Tensor,
    styles: Sequence[Tensor],
    shares: Sequence[float],
    regions: Regions | None = None,
) -> Objective:
    """Return what a scale minimizes; arguments as for `Targets`.

    Raises:
        BadOption: no loss has a weight above 0.
    """
    targets = Targets(backbone, options, content, styles, shares, regions)
    terms = [term for name in targets.active for term in targets.terms(name)]
    if not terms:
        raise BadOption(
            f"no loss is left with weight {dict(options.weight)} at strength {options.strength:g}",
            "give a loss a weight above 0, such as --weight.gram 1",
        )
    return Objective(backbone, terms, targets.partitions)
