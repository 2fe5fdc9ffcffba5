"""The objective of a picture that is too large to be evaluated whole: tile by tile, and exact.

Style losses see a layer only through sums over its positions, so two passes over the tiles do. The first adds up the
sums; from them come the style costs and their gradients of the sums. The second goes through each tile again, hands
each position its gradient, and adds the tile's part of the image's gradient to the whole. Content losses and losses
of the image itself are sums over positions, too, and are added up in the second pass.

Memory is that of one tile, of the content's features and of some copies of the image; time is that of one and a half
evaluations, times what the tiles overlap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from scumble.backbones.base import Backbone
from scumble.engine.allocator import give_back
from scumble.engine.compared import Compared
from scumble.engine.layer_regions import LayerRegions, by_layer, size_of, whole_layer
from scumble.engine.moments import central, mixed, pulled_back, raw_moments
from scumble.engine.partition import inner
from scumble.engine.regions import Regions
from scumble.engine.tiles import Tile, cut
from scumble.engine.turns import with_turns
from scumble.errors import UsageError
from scumble.losses.base import Loss, squared_distance
from scumble.optimizers.base import Evaluation
from scumble.options import Options

Masks = Mapping[str, Tensor]  # of a picture: the regions of each layer that has some, (K, H, W)


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
        about = [backbone.stride_and_reach(name) for name in self.layers]
        self.strides = {name: stride for name, (stride, _) in zip(self.layers, about, strict=True)}
        self.stride = max(stride for stride, _ in about)
        self.halo = max(1, *(reach for _, reach in about))
        self.side = max(self.stride, side // self.stride * self.stride)

    def tiles(self, height: int, width: int) -> list[Tile]:
        """Return the tiles of a picture."""
        return cut(height, width, self.side, self.stride, self.halo)

    def inner(self, tile: Tile, feature: Tensor, layer: str, size: tuple[int, int]) -> Tensor:
        """Return a tile's own positions of a layer; `size` is the whole picture's."""
        return tile.inner(feature, self.backbone.layer_size(layer, *size), self.strides[layer])

    def masks(self, masks: Masks, tile: Tile, layer: str) -> Tensor | None:
        """Return the regions of a tile's own positions."""
        return tile.own(masks[layer], self.strides[layer]) if layer in masks else None

    @torch.no_grad()
    def moments(self, picture: Tensor, layers: Sequence[str], masks: Masks) -> dict[str, Tensor]:
        """Return the raw moments of a whole picture's layers, (K or 1, C + 1, C + 1) each."""
        size = size_of(picture)
        sums: dict[str, Tensor] = {}
        for tile in self.tiles(*size) if layers else ():
            features = self.backbone(tile.read(picture), layers)
            for layer in layers:
                here = self.masks(masks, tile, layer)
                found = raw_moments(self.inner(tile, features[layer], layer, size), here)
                sums[layer] = sums[layer] + found if layer in sums else found
        return sums

    @torch.no_grad()
    def features(self, picture: Tensor, layer: str) -> Tensor:
        """Return a whole layer, put together from tiles."""
        size = size_of(picture)
        whole = torch.empty(0)
        for tile in self.tiles(*size):
            part = self.inner(tile, self.backbone(tile.read(picture), [layer])[layer], layer, size)
            if not whole.numel():
                whole = part.new_empty(1, part.shape[1], *self.backbone.layer_size(layer, *size))
            tile.own(whole, self.strides[layer]).copy_(part)
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
        return self.loss.against(self.target)


@dataclass(frozen=True)
class LocalTerm:
    """A loss that is a sum over positions: of a content layer, or of the image."""

    name: str
    loss: Loss
    layer: str
    target: Tensor  # the whole layer's features; or for a loss of the image the content
    share: float
    size: Tensor | float = 1.0  # of a content loss: what squared distances are divided by

    def cost(self, reader: Reader, tile: Tile, feature: Tensor, size: tuple[int, int]) -> Tensor:
        """Return what one tile adds to the term's value without its weight."""
        statistic = reader.inner(tile, self.loss.statistic(feature), self.layer, size)
        if not self.loss.on_image:
            own = self.loss.statistic(tile.own(self.target, reader.strides[self.layer]))
            return self.share * (squared_distance(statistic, own) / self.size).sum()
        target = reader.inner(tile, self.loss.statistic(tile.read(self.target)), "image", size)
        if self.loss.reference == "none":
            target = torch.zeros_like(target)
        pixels = statistic.shape[-2] * statistic.shape[-1] / (size[0] * size[1])
        return self.share * pixels * self.loss.distance(statistic, target).sum()


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
        moments = self.reader.moments(image, self.style_layers, self.masks)
        parts = {name: torch.zeros((), dtype=torch.float64) for name in self.weights}
        of_moments = self._style_gradients(moments, parts)
        gradient = torch.zeros_like(image)
        for tile in self.reader.tiles(*size_of(image)):
            tile.read(gradient).add_(self._tile_gradient(image, tile, of_moments, parts))
        give_back()  # what tiles took is not left while the optimizer needs its own
        total = sum((self.weights[name] * cost for name, cost in parts.items()), torch.zeros(()))
        numbers = {name: cost.to(image) for name, cost in parts.items()}
        return Evaluation(total.to(image), gradient, numbers)

    def _style_gradients(
        self, moments: Mapping[str, Tensor], parts: dict[str, Tensor]
    ) -> Mapping[str, Tensor]:
        """Add the style costs to the parts and return the total's gradients of the moments."""
        leaves = {layer: moments[layer].requires_grad_() for layer in self.style_layers}
        total = torch.zeros((), dtype=torch.float64)
        for term in self.style:
            cost = term.cost(leaves[term.layer])
            total = total + self.weights[term.name] * cost
            parts[term.name] += cost.detach()
        found = torch.autograd.grad(total, list(leaves.values())) if leaves else ()
        return dict(zip(leaves, found, strict=True))

    def _tile_gradient(
        self, image: Tensor, tile: Tile, of_moments: Mapping[str, Tensor], parts: dict[str, Tensor]
    ) -> Tensor:
        """Return the gradient that a tile's own positions give to all the pixels that the tile reads."""
        size = size_of(image)
        leaf = tile.read(image).detach().clone().requires_grad_()
        features = self.reader.backbone(leaf, self.layers)
        total = leaf.new_zeros(())
        for term in self.local:
            cost = term.cost(self.reader, tile, features[term.layer], size)
            total = total + self.weights[term.name] * cost
            parts[term.name] += cost.detach().cpu().double()
        outputs, gradients = [total], [torch.ones_like(total)]
        for layer, of_layer in of_moments.items():
            own = self.reader.inner(tile, features[layer], layer, size)
            outputs.append(own)
            gradients.append(pulled_back(own.detach(), self.reader.masks(self.masks, tile, layer), of_layer))
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
                local_terms.append(LocalTerm(name, loss, layer, content, share))
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
    for number, style in enumerate(styles):
        masks = {layer: where.styles[number] for layer, where in found.items() if where}
        for layer, moments in reader.moments(style, list(found), masks).items():
            size = compared.backbone.layer_size(layer, *size_of(style))
            read[layer].append((moments, inner(size, compared.margin(size))))
    return {layer: mixed(compared.shares(layer), parts) for layer, parts in read.items()}
