"""What one scale minimizes: the weighted sum of its terms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.losses.base import Loss
from scumble.objective.compared import Compared
from scumble.objective.foreign import distance_to
from scumble.objective.partition import Partition
from scumble.objective.references import BUILDERS, Pictures
from scumble.objective.styles import StyleStatistics, adds_up, areas_of
from scumble.objective.sums import LayerMoments
from scumble.optimizers.base import Evaluation
from scumble.options import Options


@dataclass(frozen=True)
class Term:
    """One loss at one layer against one fixed target, or against one for each region.

    `shares` (B,) are the layer's weight times the loss's constant, times the area of a region where `by_region`;
    `weight` is the loss's own: alpha or beta; `mask` says where a layer counts, (1, 1, H, W), if not everywhere.
    """

    name: str
    loss: Loss
    layer: str
    target: Tensor
    shares: Tensor
    weight: float
    by_region: bool = False
    mask: Tensor | None = None

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
                statistic = loss.statistic(features[layer], term.mask)
            cost = term.cost(statistic)
            costs[term.name] = costs[term.name] + cost if term.name in costs else cost
            layers[term.name, layer] = cost.detach()
        total = torch.stack([self.weights[name] * cost for name, cost in costs.items()]).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        parts = {name: cost.detach() for name, cost in costs.items()}
        return Evaluation(total.detach(), gradient.contiguous(), parts, layers)


class WholeReader:
    """Read whole pictures, each once.

    Args:
        backbone: reads them.
        layers: all that will be read.
    """

    def __init__(self, backbone: Backbone, layers: Sequence[str]) -> None:
        self.backbone, self.layers = backbone, [layer for layer in layers if layer != "image"]
        self.pictures: list[tuple[Tensor, Mapping[str, Tensor]]] = []

    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return a layer of a picture, (1, C, H, W); the layer `image` is the picture itself."""
        if layer == "image":
            return picture
        found = next((features for one, features in self.pictures if one is picture), None)
        if found is None:
            found = self.backbone(picture, self.layers)
            self.pictures.append((picture, found))
        return found[layer]


def terms_of(compared: Compared, pictures: Pictures, styles: StyleStatistics) -> Iterator[Term]:
    """Yield the terms of all losses, one for each layer; of a style loss, for each that has any region."""
    beside = [layer for kind in BUILDERS for layer in compared.all_layers(kind)]
    read = WholeReader(compared.backbone, list(dict.fromkeys(beside))).features
    for name, loss in compared.losses.items():
        weight = compared.weights[name]
        for layer, share in compared.factors(name, *pictures.size).items():
            if loss.reference != "style":
                reference = BUILDERS[loss.reference](loss, layer, pictures, compared, read)
                target = reference.target()
                shares = share * target.new_ones(1)
                yield Term(name, loss, layer, target, shares, weight, mask=reference.mask)
            elif layer in styles.found:
                target, by_region = styles.target(loss, layer), layer in styles.partitions
                shares = share * target.new_tensor(areas_of(styles.found[layer]))
                yield Term(name, loss, layer, target, shares, weight, by_region)


@torch.no_grad()
def make_objective(backbone: Backbone, options: Options, pictures: Pictures) -> Objective:
    """Return what a scale minimizes.

    Args:
        backbone: reads the pictures.
        options: losses, layers, weights, strength, turns of the styles.
        pictures: of the scale.

    Raises:
        BadOption: no loss has a weight above 0.
    """
    pictures = pictures.turned(options.style_turns)
    compared = Compared(options, backbone, pictures.shares)
    styles = StyleStatistics(compared, pictures)
    terms = list(terms_of(compared, pictures, styles))
    split = {term.layer for term in terms if term.by_region and not adds_up(term.loss)}
    partitions = {layer: styles.partitions[layer] for layer in split}
    return Objective(backbone, terms, styles.sums(), partitions)
