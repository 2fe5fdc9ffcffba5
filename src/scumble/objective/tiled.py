"""The objective of a picture that is too large to be evaluated whole: tile by tile, and exact.

Style losses see a layer only through sums over its positions, so two passes over the tiles do. The first adds up the
sums and the costs of content losses and losses of the image itself, which are sums over positions, too; from the sums
come the style costs and their gradients of the sums. The second goes through each tile again, hands each position its
gradient, and keeps the image's gradient of the tile's own pixels. For that it reads all that these depend on, and so
adds and rounds what the whole picture would: tiles may be computed in bfloat16.

Memory is that of one tile, of the content's features and of some copies of the image; time is that of one and a half
evaluations, times what the tiles overlap.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from scumble.objective.layer_regions import LayerRegions, by_layer, size_of, whole_layer
from scumble.objective.moments import central, gradient_of, mixed, raw_moments
from scumble.objective.partition import inner
from scumble.objective.tiles import Tile, cut, halos
from scumble.optimizers.base import Evaluation
from scumble.options import Options
from scumble.regions.found import Regions
from scumble.regions.turns import with_turns

Masks = Mapping[str, Tensor]  # of a picture: regions of each layer that has some, (K, H, W)


def refuse_what_cannot_be_tiled(losses: Mapping[str, Loss]) -> None:
    """Raise `UsageError` if there is a loss that is not made of sums over positions."""
    for name, loss in losses.items():
        if not loss.fits_tiles:
            raise UsageError(
                f"the loss {name!r} is no sum over positions, so this picture cannot be painted in tiles",
                f"--weight.{name} 0 leaves it out; a smaller --size, or --max-memory, paints it whole",
            )


class Reader:
    """Read pictures tile by tile.

    Args:
        backbone: reads them.
        layers: all that will be read.
        side: of a tile's own part, in pixels.
    """

    def __init__(self, backbone: Backbone, layers: Sequence[str], side: int) -> None:
        self.backbone, self.layers = backbone, frozenset(layers) | {"image"}
        self.strides = {name: backbone.extent(name).stride for name in self.layers}
        self.stride = math.lcm(*self.strides.values())
        self.halo, self.wide_halo = halos(backbone, self.layers)
        self.side = max(self.stride, side // self.stride * self.stride)

    def tiles(self, picture: Tensor, halo: int) -> list[Tile]:
        """Return the tiles of a picture that read so many pixels around their own."""
        return cut(*size_of(picture), self.side, self.stride, halo)

    def read(self, picture: Tensor, layers: Collection[str]) -> Iterator[tuple[Tile, dict[str, Tensor]]]:
        """Yield the tiles of a picture and their layers, of which a tile's own positions are as in the whole."""
        for tile in self.tiles(picture, self.halo):
            yield tile, self.backbone(tile.read(picture), layers)

    def own(self, tile: Tile, feature: Tensor, layer: str, picture: Tensor) -> Tensor:
        """Return a tile's own positions of a layer."""
        size = self.backbone.layer_size(layer, *size_of(picture))
        return tile.inner(feature, size, self.strides[layer])

    def add_moments(
        self,
        sums: dict[str, Tensor],
        tile: Tile,
        features: Mapping[str, Tensor],
        picture: Tensor,
        masks: Masks,
    ) -> None:
        """Add to each layer's raw moments, (K or 1, C + 1, C + 1), those of a tile's own positions."""
        for layer, feature in features.items():
            mask = tile.own(masks[layer], self.strides[layer]) if layer in masks else None
            found = raw_moments(self.own(tile, feature, layer, picture), mask)
            sums[layer] = sums[layer] + found if layer in sums else found

    @torch.no_grad()
    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return a whole layer, put together from tiles."""
        size, whole = self.backbone.layer_size(layer, *size_of(picture)), picture.new_empty(0)
        for tile, features in self.read(picture, [layer]):
            if not whole.numel():
                whole = features[layer].new_empty(1, features[layer].shape[1], *size)
            tile.own(whole, self.strides[layer]).copy_(self.own(tile, features[layer], layer, picture))
        return whole


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
    """A loss that is a sum over positions: of a content layer, or of the image."""

    name: str
    loss: Loss
    layer: str
    target: Tensor  # the whole layer's features; or for a loss of the image the content
    share: float
    size: Tensor | float = 1.0  # of a content loss: what squared distances are divided by
    joint: Tensor | None = (
        None  # what every place is compared with, of a loss that looks at all pictures together
    )

    def cost(self, tile: Tile, feature: Tensor, stride: int, own: Callable[[Tensor], Tensor]) -> Tensor:
        """Return what a tile's positions, those that `own` leaves, add to the term's value without its weight."""
        statistic, target = own(self.loss.statistic(feature)), self.joint
        if target is None:
            target = own(self.loss.statistic(tile.beside(self.target, feature, stride)))
        if self.loss.reference == "none":
            target = torch.zeros_like(target)
        if not self.loss.on_image:
            return self.share * (squared_distance(statistic, target) / self.size).sum()
        positions = (
            statistic.shape[-2] * statistic.shape[-1] / (self.target.shape[-2] * self.target.shape[-1])
        )
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
        reader: Reader,
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
    backbone: Backbone,
    options: Options,
    content: Tensor,
    styles: Sequence[Tensor],
    shares: Sequence[float],
    regions: Regions | None,
    side: int,
) -> TiledObjective:
    """Return what a scale minimizes; arguments as for `make_objective`, and the side of a tile in pixels.

    Raises:
        BadOption: no loss has a weight above 0.
        UsageError: there is a loss that is no sum over positions.
    """
    styles, shares, regions = with_turns(styles, shares, regions, options.style_turns)
    compared = Compared(options, backbone, shares)
    refuse_what_cannot_be_tiled(compared.losses)
    reader = Reader(backbone, compared.all_layers(), side)
    sizes = size_of(content), [size_of(style) for style in styles]
    found = {
        layer: where or whole_layer(compared, layer, *sizes)
        for layer, where in by_layer(regions, compared, content, styles).items()
    }
    targets = style_moments(reader, compared, styles, found)
    ours = {layer: where.content for layer, where in found.items() if where}
    style_terms, local_terms = [], []
    for name, loss in compared.losses.items():
        for layer, share in compared.factors(name, *size_of(content)).items():
            if loss.reference == "style" and layer not in found:
                continue
            if loss.reference == "style":
                where, target = found[layer], loss.of_moments(central(targets[layer]))
                areas = target.new_tensor(where.areas if where else [1.0])
                style_terms.append(StyleTerm(name, loss, layer, target, share * areas))
            elif loss.on_image:
                joint = compared.joint(loss, content, styles) if loss.reference == "pictures" else None
                local_terms.append(LocalTerm(name, loss, layer, content, share, joint=joint))
            else:
                whole = reader.features(content, layer)
                size = loss.size(loss.statistic(whole))
                local_terms.append(LocalTerm(name, loss, layer, whole, share, size))
    return TiledObjective(reader, style_terms, local_terms, compared.weights, ours)


def style_moments(
    reader: Reader, compared: Compared, styles: Sequence[Tensor], found: Mapping[str, LayerRegions | None]
) -> dict[str, Tensor]:
    """Return the raw moments of all styles together, each with its share, for each layer and region."""
    read: dict[str, list[tuple[Tensor, int]]] = {layer: [] for layer in found}
    for number, style in enumerate(styles if found else ()):
        masks = {layer: where.styles[number] for layer, where in found.items() if where}
        sums: dict[str, Tensor] = {}
        for tile, features in reader.read(style, list(found)):
            reader.add_moments(sums, tile, features, style, masks)
        for layer, moments in sums.items():
            size = compared.backbone.layer_size(layer, *size_of(style))
            read[layer].append((moments, inner(size, compared.margin(size))))
    return {layer: mixed(compared.shares(layer), parts) for layer, parts in read.items()}
