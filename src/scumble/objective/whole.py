"""What one scale minimizes: the weighted sum of its terms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.losses.base import Loss, precise
from scumble.objective.compared import Compared
from scumble.objective.foreign import distance_to
from scumble.objective.layer_regions import by_layer, size_of
from scumble.objective.moments import central, mixed, raw_moments
from scumble.objective.partition import Partition, Whole, inner
from scumble.objective.sums import LayerMoments
from scumble.optimizers.base import Evaluation
from scumble.options import Options
from scumble.regions.found import Regions
from scumble.regions.turns import with_turns

Masked = tuple[
    Tensor, Tensor | None
]  # a feature (1, C, H, W), and its mask (1, 1, H, W) if not all of it counts


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

    def cost(self, statistic: Tensor) -> Tensor:
        """Return the term's value without its `weight`, in the units of its formula."""
        return self.shares.dot(self.distance(statistic))

    @cached_property
    def distance(self) -> Callable[[Tensor], Tensor]:
        """How far statistics are from the target."""
        return distance_to(self.loss, self.name, self.target)


class Objective:
    """Evaluate an image: total, gradient, and the cost of each loss in its own units.

    Args:
        backbone: reads the layers.
        terms: at least one.
        sums: of the layers whose moments terms compare.
        partitions: of the layers that other terms compare region by region.
    """

    def __init__(
        self,
        backbone: Backbone,
        terms: Sequence[Term],
        sums: Mapping[str, LayerMoments],
        partitions: Mapping[str, Partition],
    ) -> None:
        self.backbone = backbone
        self.terms = tuple(terms)
        self.sums, self.partitions = sums, partitions
        self.layers = frozenset(term.layer for term in self.terms)
        self.weights = {term.name: term.weight for term in self.terms}

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image (1, 3, H, W); memory and time are those of a forward and a backward pass."""
        leaf = image.detach().requires_grad_()
        features = self.backbone(leaf, self.layers)
        moments = {layer: sum_up(features[layer]) for layer, sum_up in self.sums.items()}
        parted = {layer: partition.split(features[layer]) for layer, partition in self.partitions.items()}
        costs: dict[str, Tensor] = {}
        layers: dict[tuple[str, str], Tensor] = {}
        for term in self.terms:
            loss, layer = term.loss, term.layer
            if adds_up(loss):
                statistic = loss.of_moments(moments[layer])
            elif term.by_region:
                statistic = torch.cat([loss.statistic(*region) for region in parted[layer]])
            else:
                statistic = loss.statistic(features[layer])
            cost = term.cost(statistic)
            costs[term.name] = costs[term.name] + cost if term.name in costs else cost
            layers[term.name, layer] = cost.detach()
        total = torch.stack([self.weights[name] * cost for name, cost in costs.items()]).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        parts = {name: cost.detach() for name, cost in costs.items()}
        return Evaluation(total.detach(), gradient.contiguous(), parts, layers)


def adds_up(loss: Loss) -> bool:
    """Whether a loss compares a style whose moments are all that it needs."""
    return loss.reference == "style" and loss.fits_tiles


def mixture(parts: Sequence[Masked], weights: Sequence[float]) -> tuple[Tensor, Tensor | None]:
    """Return several pictures' features as one, (1, C, 1, N), with a mask that gives each its weight.

    A style statistic does not care where positions are, so that of the pool is that of a true mixture.

    Args:
        parts: feature, (1, C, h, w), and mask, (1, 1, h, w) or None, of each picture.
        weights: of a position of each; one with 0 is left out.
    """
    counting = [(part, weight) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if len(counting) == 1:
        return counting[0][0]
    pooled = torch.cat([feature.flatten(2) for (feature, _), _ in counting], dim=2)
    masks = [
        weight * (precise(feature.new_ones(1, 1, feature[0, 0].numel())) if mask is None else mask.flatten(2))
        for (feature, mask), weight in counting
    ]
    return pooled.unsqueeze(2), torch.cat(masks, dim=2).unsqueeze(2) / max(weights)


class Targets:
    """The pictures that a scale is compared with, read once.

    Args:
        compared: losses, layers and shares.
        content: (1, 3, H, W), RGB, [0, 1], in the size of the scale.
        styles: (1, 3, h, w) each.
        regions: of content and styles, or None.
    """

    def __init__(
        self, compared: Compared, content: Tensor, styles: Sequence[Tensor], regions: Regions | None
    ) -> None:
        self.compared, self.content, self.styles = compared, content, styles
        self.size = size_of(content)
        backbone, of_style = compared.backbone, compared.all_layers("style")
        self.of_content = backbone(content, compared.all_layers("content"))
        self.of_styles = [backbone(style, of_style) for style in styles]
        self.found = by_layer(regions, compared, content, styles)
        parted = {layer: where for layer, where in self.found.items() if where}
        self.partitions = {layer: Partition(where.content) for layer, where in parted.items()}
        of_losses = [layers for name, layers in compared.layers.items() if adds_up(compared.losses[name])]
        summed = dict.fromkeys(layer for layers in of_losses for layer in layers if layer in self.found)
        self.moments = {layer: self._moments(layer) for layer in summed}

    def terms(self, name: str) -> Iterator[Term]:
        """Yield the terms of a loss, one for each layer that has any region."""
        loss, weight = self.compared.losses[name], self.compared.weights[name]
        for layer, share in self.compared.factors(name, *self.size).items():
            if loss.reference == "style" and layer not in self.found:
                continue
            by_region = loss.reference == "style" and layer in self.partitions
            target = self._target(loss, layer, by_region)
            where = self.found.get(layer) if by_region else None
            areas = where.areas if where else [1.0]
            yield Term(name, loss, layer, target, share * target.new_tensor(areas), weight, by_region)

    def _target(self, loss: Loss, layer: str, by_region: bool) -> Tensor:
        """Return what a loss's statistic of a layer is compared with, (1, ...) or (K, ...)."""
        if loss.reference == "none":
            return torch.zeros_like(loss.statistic(self.content))
        if loss.reference == "content":
            return loss.statistic(self.of_content[layer])
        if loss.reference == "pictures":
            return self.compared.joint(loss, self.content, self.styles)
        if adds_up(loss):
            return loss.of_moments(self.moments[layer])
        if not by_region:
            return loss.statistic(
                *self._mixture(layer, [(of_style[layer], None) for of_style in self.of_styles])
            )
        where = self.found[layer]
        assert where is not None
        parted = [
            Partition(masks).split(of_style[layer])
            for masks, of_style in zip(where.styles, self.of_styles, strict=True)
        ]
        return torch.cat(
            [loss.statistic(*self._mixture(layer, region)) for region in zip(*parted, strict=True)]
        )

    def _moments(self, layer: str) -> Tensor:
        """Return covariance and mean of all styles together, each with its share, (K or 1, C, C + 1)."""
        where, features = self.found[layer], [of_style[layer] for of_style in self.of_styles]
        masks = where.styles if where else [None] * len(features)
        margins = [self.compared.margin(size_of(feature)) for feature in features]
        styles = [
            (raw_moments(feature, mask, margin), inner(size_of(feature), margin))
            for feature, mask, margin in zip(features, masks, margins, strict=True)
        ]
        moments = central(mixed(self.compared.shares(layer), styles))
        return moments.to(precise(features[0]))

    def sums(self) -> dict[str, LayerMoments]:
        """Return how to sum up the image's layers, each region from the mean of what it is compared with."""
        found = {}
        for layer, moments in self.moments.items():
            margin = self.compared.margin(self.compared.backbone.layer_size(layer, *self.size))
            layout = self.partitions.get(layer, Whole(margin))
            found[layer] = LayerMoments(layout, moments[..., -1].contiguous())
        return found

    def _mixture(self, layer: str, parts: Sequence[Masked]) -> tuple[Tensor, Tensor | None]:
        """Return one region of all styles, or all of them, as one picture, each style with its share."""
        positions = [of_style[layer][0, 0].numel() for of_style in self.of_styles]
        shares = self.compared.shares(layer)
        return mixture(parts, [share / number for share, number in zip(shares, positions, strict=True)])


@torch.no_grad()
def make_objective(
    backbone: Backbone,
    options: Options,
    content: Tensor,
    styles: Sequence[Tensor],
    shares: Sequence[float],
    regions: Regions | None = None,
) -> Objective:
    """Return what a scale minimizes.

    Args:
        backbone: reads the pictures.
        options: losses, layers, weights, strength, turns of the styles.
        content: (1, 3, H, W), RGB, [0, 1], in the size of the scale.
        styles: (1, 3, h, w) each.
        shares: of the styles, sum 1.
        regions: of content and styles, or None.

    Raises:
        BadOption: no loss has a weight above 0.
    """
    styles, shares, regions = with_turns(styles, shares, regions, options.style_turns)
    targets = Targets(Compared(options, backbone, shares), content, styles, regions)
    terms = [term for name in targets.compared.losses for term in targets.terms(name)]
    split = {term.layer for term in terms if term.by_region and not adds_up(term.loss)}
    partitions = {layer: targets.partitions[layer] for layer in split}
    return Objective(backbone, terms, targets.sums(), partitions)
