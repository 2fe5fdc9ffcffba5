"""The objective of a picture that is too large to be evaluated whole: tile by tile, and exact.

Style losses see a layer only through sums over its positions, so two passes over the tiles do. The first adds up the
sums and the costs of content losses and losses of the image itself, which are sums over positions, too; from the sums
come the style costs and their gradients of the sums. The second goes through each tile again, hands each position its
gradient, and keeps the image's gradient of the tile's own pixels. For that it reads all that these depend on, and so
adds and rounds what the whole picture would: tiles may be computed in bfloat16.

Memory is that of one tile, of the content's features and of some copies of the image; time is that of one and a half
evaluations, times what the tiles overlap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.errors import UsageError
from scumble.losses.base import Loss, squared_distance
from scumble.machine.allocator import give_back
from scumble.objective.compared import Compared
from scumble.objective.costs import Costs
from scumble.objective.foreign import distance_to
from scumble.objective.layer_regions import size_of
from scumble.objective.moments import central, gradient_of
from scumble.objective.reader import Masks, TileReader
from scumble.objective.references import BUILDERS, Pictures, Reference, Select
from scumble.objective.styles import TiledStyleStatistics, areas_of
from scumble.objective.tiles import Tile
from scumble.optimizers.base import Evaluation
from scumble.options import Options


def refuse_what_cannot_be_tiled(losses: Mapping[str, Loss]) -> None:
    """Raise `UsageError` if there is a loss that is not made of sums over positions."""
    for name, loss in losses.items():
        if not loss.fits_tiles:
            raise UsageError(
                f"the loss {name!r} is no sum over positions, so this picture cannot be painted in tiles",
                f"--weight.{name} 0 leaves it out; a smaller --size, or --max-memory, paints it whole",
            )


@dataclass(frozen=True)
class StyleTerm:
    """A style loss of one layer: a target and a share for each region."""

    name: str
    loss: Loss
    layer: str
    target: Tensor  # (K or 1, ...), float64
    shares: Tensor  # (K or 1,)

    def cost(self, moments: Tensor) -> Tensor:
        """Return the term's value without its weight."""
        return self.shares.dot(self.distance(self.loss.of_moments(central(moments))))

    @cached_property
    def distance(self) -> Callable[[Tensor], Tensor]:
        """How far statistics are from the target."""
        return distance_to(self.loss, self.name, self.target)


@dataclass(frozen=True)
class LocalTerm:
    """A loss that is a sum over positions: of a layer, or of the image."""

    name: str
    loss: Loss
    layer: str
    reference: Reference
    share: float
    size: Tensor | float = 1.0  # of a loss of layers: what squared distances are divided by

    def cost(self, tile: Tile, feature: Tensor, stride: int, own: Select) -> Tensor:
        """Return what a tile's positions, those that `own` leaves, add to the term's value without its weight."""
        part = partial(tile.beside, feature=feature, stride=stride)
        statistic, target = own(self.reference.statistic(feature, part)), self.reference.target(part, own)
        if not self.loss.on_image:
            return self.share * (squared_distance(statistic, target) / self.size).sum()
        whole = self.reference.feature
        positions = statistic.shape[-2] * statistic.shape[-1] / (whole.shape[-2] * whole.shape[-1])
        return self.share * positions * distance_to(self.loss, self.name, target)(statistic).sum()


class TiledObjective:
    """Evaluate an image as `Objective` does, tile by tile.

    Args:
        reader: cuts it up.
        style: terms of layers.
        local: terms of positions.
        weights: of the losses by name.
        masks: of the content's regions.
    """

    def __init__(
        self,
        reader: TileReader,
        style: Sequence[StyleTerm],
        local: Sequence[LocalTerm],
        weights: Mapping[str, float],
        masks: Masks,
    ) -> None:
        self.reader, self.style, self.local, self.weights, self.masks = reader, style, local, weights, masks
        self.style_layers = list(dict.fromkeys(term.layer for term in style))
        self.layers = {*self.style_layers, *(term.layer for term in local)}

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image (1, 3, H, W)."""
        costs = Costs(self.weights)
        moments = self._sums(image, costs)
        of_moments = self._style_gradients(moments, costs)
        gradient = torch.empty_like(image)
        for tile in self.reader.tiles(image, self.reader.wide_halo):
            of_tile = self._tile_gradient(tile, tile.read(image), moments, of_moments)
            tile.own(gradient).copy_(tile.inner(of_tile, size_of(image)))
        give_back()  # what tiles took is not left while the optimizer needs its own
        nothing = torch.zeros((), dtype=torch.float64)
        total = sum((self.weights[name] * cost for name, cost in costs.parts.items()), nothing)
        parts = {name: cost.to(image) for name, cost in costs.parts.items()}
        return Evaluation(
            total.to(image), gradient, parts, {key: cost.to(image) for key, cost in costs.layers.items()}
        )

    @torch.no_grad()
    def _sums(self, image: Tensor, costs: Costs) -> dict[str, Tensor]:
        """Return the raw moments of the style layers; add the costs of the local terms."""
        sums: dict[str, Tensor] = {}
        for tile, features in self.reader.read(image, self.layers):
            of_style = {layer: features[layer] for layer in self.style_layers}
            self.reader.add_moments(sums, tile, of_style, image, self.masks)
            for term in self.local:
                own = partial(self.reader.own, tile, layer=term.layer, picture=image)
                cost = term.cost(tile, features[term.layer], self.reader.strides[term.layer], own)
                costs.add(term.name, term.layer, cost.cpu().double())
        return sums

    def _style_gradients(self, sums: Mapping[str, Tensor], costs: Costs) -> Mapping[str, Tensor]:
        """Add the style costs and return the total's gradients of the raw moments."""
        leaves = {layer: moments.requires_grad_() for layer, moments in sums.items()}
        total = torch.zeros((), dtype=torch.float64)
        for term in self.style:
            cost = term.cost(leaves[term.layer])
            total = total + self.weights[term.name] * cost
            costs.add(term.name, term.layer, cost.detach())
        found = torch.autograd.grad(total, list(leaves.values())) if leaves else ()
        return dict(zip(leaves, found, strict=True))

    def _tile_gradient(
        self, tile: Tile, image: Tensor, moments: Mapping[str, Tensor], of_moments: Mapping[str, Tensor]
    ) -> Tensor:
        """Return the gradient of what a tile reads, right for the pixels that are its own."""
        leaf = image.detach().clone().requires_grad_()
        features = self.reader.backbone(leaf, self.layers)
        total = leaf.new_zeros(())
        for term in self.local:
            stride = self.reader.strides[term.layer]
            cost = term.cost(tile, features[term.layer], stride, lambda whole: whole)
            total = total + self.weights[term.name] * cost
        outputs, gradients = [total], [torch.ones_like(total)]
        for layer, of_layer in of_moments.items():
            feature, masks = features[layer], self.masks.get(layer)
            if masks is not None:
                masks = tile.beside(masks, feature, self.reader.strides[layer])
            outputs.append(feature)
            gradients.append(gradient_of(feature.detach(), masks, moments[layer], of_layer))
        if not total.requires_grad:
            outputs, gradients = outputs[1:], gradients[1:]
        return torch.autograd.grad(outputs, leaf, gradients)[0]


@torch.no_grad()
def make_tiled_objective(
    backbone: Backbone, options: Options, pictures: Pictures, side: int
) -> TiledObjective:
    """Return what a scale minimizes; arguments as for `make_objective`, and the side of a tile in pixels.

    Raises:
        BadOption: no loss has a weight above 0.
        UsageError: there is a loss that is no sum over positions.
    """
    pictures = pictures.turned(options.style_turns)
    compared = Compared(options, backbone, pictures.shares)
    refuse_what_cannot_be_tiled(compared.losses)
    reader = TileReader(backbone, compared.all_layers(), side, compared.reach)
    styles = TiledStyleStatistics(compared, pictures, reader)
    style_terms, local_terms = [], []
    for name, loss in compared.losses.items():
        for layer, share in compared.factors(name, *pictures.size).items():
            if loss.reference == "style":
                if layer in styles.found:
                    target = styles.target(loss, layer)
                    shares = share * target.new_tensor(areas_of(styles.found[layer]))
                    style_terms.append(StyleTerm(name, loss, layer, target, shares))
                continue
            reference = BUILDERS[loss.reference](loss, layer, pictures, compared, reader.features)
            size = 1.0 if loss.on_image else reference.size()
            local_terms.append(LocalTerm(name, loss, layer, reference, share, size))
    return TiledObjective(reader, style_terms, local_terms, compared.weights, styles.masks)
