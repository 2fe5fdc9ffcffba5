"""What a run compares: the losses that count, the layers that each reads, and the share of each style in them."""

from collections.abc import Callable, Sequence
from itertools import compress

from torch import Tensor

from scumble.backbones.base import Backbone, Kind
from scumble.colors.distribution import bands
from scumble.errors import BadOption
from scumble.losses.base import Loss, losses
from scumble.objective.foreign import watched
from scumble.options import Options
from scumble.options.values import shown
from scumble.plan.strength import balance


def active_losses(options: Options) -> dict[str, tuple[Loss, float]]:
    """Return the losses that count, each with its weight after the strength dial."""
    found = {}
    factors = balance(options.strength)
    for name, weight in options.weight.items():
        loss = watched(losses[name](), name)
        if loss.follows_strength:
            weight *= factors.get(loss.reference, 1.0)
        if weight > 0:
            found[name] = (loss, weight)
    return found


def from_block(first: int, layers: dict[str, float], block: Callable[[str], int]) -> dict[str, float]:
    """Return the layers of a block and later ones, their weights scaled to the sum of all; all if there are none.

    Args:
        first: the block.
        layers: weights by name.
        block: of a layer.

    Example:
        >>> from_block(3, {"relu1_1": 0.5, "relu3_1": 0.25, "relu4_1": 0.25}, lambda name: int(name[4]))
        {'relu3_1': 0.5, 'relu4_1': 0.5}
    """
    deep = {name: weight for name, weight in layers.items() if block(name) >= first}
    if not sum(deep.values()):
        return layers
    scale = sum(layers.values()) / sum(deep.values())
    return {name: scale * weight for name, weight in deep.items()}


class Compared:
    """Losses and layers as the options ask for them, in a backbone's own names.

    Args:
        options: weights, layers, strength.
        backbone: has the layers.
        shares: of the styles, sum 1.

    Attributes:
        losses: those with a weight after the strength dial, by name.
        weights: theirs.
        layers: for each loss its layers and their weights.

    Raises:
        BadOption: no loss has a weight above 0.
        UnknownName: the backbone has no layer like one that was asked for.
    """

    def __init__(self, options: Options, backbone: Backbone, shares: Sequence[float] = (1.0,)) -> None:
        self.backbone, self.options = backbone, options
        self.counting = [share > 0 for share in shares]
        active = active_losses(options)
        self.losses = {name: loss for name, (loss, _) in active.items()}
        self.weights = {name: weight for name, (_, weight) in active.items()}
        if not self.losses:
            raise BadOption(
                f"no loss is left with weights {shown(options.weight)} at strength {options.strength:g}",
                "give a loss a weight above 0, such as --weight.gram 1",
            )
        self.of_styles = self._of_styles(shares)
        self.layers = {name: self._layers(loss) for name, loss in self.losses.items()}

    def _own(self, asked: dict[str, float], of: Kind) -> dict[str, float]:
        """Return layers and weights in the backbone's names; several that one layer stands for add up."""
        found: dict[str, float] = {}
        for name, weight in asked.items():
            own = self.backbone.nearest_layer(name, of)
            found[own] = found.get(own, 0.0) + weight
        return found

    def _of_styles(self, shares: Sequence[float]) -> dict[str, tuple[float, list[float]]]:
        """Return the weight of each style layer, and the share of each style in it, sum 1.

        A style counts in the layers that it was given. Where not all do, the weight is the mean of those that do, so
        that one style's fine layers and another's coarse ones count as much as if both had all.
        """
        by_style = [self._own(layers, "style") for layers in self.options.layers_of_styles(len(shares))]
        found = {}
        for layer in dict.fromkeys(layer for layers in by_style for layer in layers):
            counting = [
                share if layer in layers else 0.0 for share, layers in zip(shares, by_style, strict=True)
            ]
            pulls = [share * layers.get(layer, 0.0) for share, layers in zip(shares, by_style, strict=True)]
            if sum(counting) > 0:
                pull = sum(pulls)
                mixed = (
                    [each / pull for each in pulls]
                    if pull > 0
                    else [each / sum(counting) for each in counting]
                )
                found[layer] = (pull / sum(counting), mixed)
        return found

    def _layers(self, loss: Loss) -> dict[str, float]:
        if loss.on_image:
            return {"image": 1.0}
        if loss.reference == "content":
            return self._own(self.options.content_layers, "content")
        weights = {layer: weight for layer, (weight, _) in self.of_styles.items()}
        return from_block(loss.first_block, weights, self.backbone.block)

    def all_layers(self, reference: str | None = None) -> list[str]:
        """Return every layer that is read, or those of losses with one kind of reference."""
        named = [
            self.layers[name] for name, loss in self.losses.items() if reference in (None, loss.reference)
        ]
        return list(dict.fromkeys(layer for layers in named for layer in layers))

    @property
    def reach(self) -> int:
        """How many pixels around one the losses of the image read."""
        return max((loss.reach for loss in self.losses.values()), default=1)

    def margin(self, size: tuple[int, int]) -> int:
        """Return how many positions at each edge of a layer, of a height and width, are bleed: they do not count."""
        share = self.options.bleed / 100
        return min(round(share / (1 + 2 * share) * max(size)), max(0, min(size) - 1) // 2)

    def shares(self, layer: str) -> list[float]:
        """Return the share of each style in a layer, sum 1."""
        return self.of_styles[layer][1]

    def joint(self, loss: Loss, content: Tensor, styles: Sequence[Tensor]) -> Tensor:
        """Return what a loss compares with that looks at all pictures together: content, and styles that count."""
        pictures = [content, *compress(styles, self.counting)]
        return loss.joined(loss.statistic(one[:, :, band]) for one in pictures for band in bands(one))

    def factors(self, name: str, height: int, width: int) -> dict[str, float]:
        """Return for each layer of a loss its weight times the loss's constant, for an image of this size."""
        sizes = {layer: self.backbone.layer_size(layer, height, width) for layer in self.layers[name]}
        return {
            layer: weight * self.losses[name].factor(sizes[layer][0] * sizes[layer][1], height * width)
            for layer, weight in self.layers[name].items()
        }
