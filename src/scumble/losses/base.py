"""What a loss is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.autograd import Function

from scumble.errors import UsageError
from scumble.registry import Registry


class Loss(ABC):
    """One way of comparing the image being made with a reference picture.

    A loss holds no state: `statistic` says what is compared, `distance` how far a statistic is from a target.
    The target is the statistic of the reference, computed once per scale: of the content, of the styles by region,
    of all pictures together, which only a loss of the image can have, of the previous picture, or zeros.
    """

    reference: ClassVar[Literal["content", "style", "pictures", "previous", "none"]]
    follows_strength: ClassVar[bool] = True  # of content less weight above strength 50, of style below
    on_image: ClassVar[bool] = False  # whether it reads the image itself, not the layers of the options
    reach: ClassVar[int] = 1  # of a loss of the image: how many pixels around one it reads
    first_block: ClassVar[int] = (
        1  # of a style loss: layers of blocks before, conv1_1 and so on, it leaves out
    )

    @abstractmethod
    def statistic(self, feature: Tensor, mask: Tensor | None = None) -> Tensor:
        """Summarize a feature.

        Args:
            feature: (B, C, H, W), any floating dtype.
            mask: what counts, [0, 1], (B or 1, 1, H, W); all of it when omitted.
        """

    def joined(self, statistics: Iterable[Tensor]) -> Tensor:
        """Return the one target that statistics of several pictures make, which come in bands of rows.

        Here all their positions in a row, (B, C, 1, N); a loss that needs less of them keeps less.
        """
        return torch.cat([one.flatten(2) for one in statistics], 2).unsqueeze(2)

    def distance(self, statistic: Tensor, target: Tensor) -> Tensor:
        r"""Return how far each statistic of a batch is from its target, (B,), 0 where equal.

        Here :math:`|a - b|^2` over `size`; a loss that has other needs may have another distance.
        """
        return self.against(target)(statistic)

    def against(self, target: Tensor) -> Callable[[Tensor], Tensor]:
        """Return the distance from a target that stays, as a function of the statistic: what is its own is kept."""
        if type(self).distance is not Loss.distance:
            return lambda statistic: self.distance(statistic, target)
        size = self.size(target)
        return lambda statistic: squared_distance(statistic, target) / size

    def size(self, target: Tensor) -> Tensor | float:
        """Return what a squared distance is divided by, (B,): the target's own square, so that it is relative."""
        length: Tensor = torch.linalg.vector_norm(target, dim=tuple(range(1, target.ndim)))
        return length.square() + 1e-12  # a sum of squares would depend on the number of threads

    def of_moments(self, moments: Tensor) -> Tensor:
        r"""Return the statistic of a style from the moments of its positions, if these are all it needs.

        They come from sums, so that a picture of any size can be read in tiles.

        Args:
            moments: covariance and mean side by side, :math:`(\Sigma, \mu)`, (B, C, C + 1).

        Raises:
            NotImplementedError: they are not; such a loss cannot be computed in tiles.
        """
        raise NotImplementedError

    @property
    def fits_tiles(self) -> bool:
        """Whether the loss is made of sums over positions, so that a picture can be evaluated tile by tile.

        A loss of the image must then have a statistic for each pixel and a distance that is a mean over them: one
        that has not sets `fits_tiles = False`. With the `size` above, the target's own square, it is none.
        """
        kind = type(self)
        if self.reference == "style":
            return kind.of_moments is not Loss.of_moments
        own = kind.distance is not Loss.distance or kind.against is not Loss.against
        if self.on_image:
            return own or kind.size is not Loss.size
        return self.reference in ("content", "previous") and not own

    def factor(self, positions: int, pixels: int) -> float:
        """Return the constant in front that depends on the number of positions of the layer and of pixels."""
        del positions, pixels
        return 1.0


class SquaredLength(Function):
    """The sum of squares of a batch's members, (B,), with the gradient by hand: one pass each way, not two."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        length: Tensor = torch.linalg.vector_norm(values, dim=tuple(range(1, values.ndim)))
        return length.square()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (values,) = ctx.saved_tensors
        gradient: Tensor = values * (2 * gradients[0]).view(-1, *[1] * (values.ndim - 1))
        return gradient


def squared_distance(statistic: Tensor, target: Tensor) -> Tensor:
    r"""Return :math:`|a - b|^2`, (B,)."""
    result: Tensor = SquaredLength.apply(statistic - target)  # type: ignore[no-untyped-call]
    return result


def exact(precision: torch.dtype) -> torch.dtype:
    """Return the precision to add numbers up in: sums over many positions need more than eight bits."""
    return torch.promote_types(precision, torch.float32)


def precise(feature: Tensor) -> Tensor:
    """Return a feature in float32 where it has less."""
    return feature.to(exact(feature.dtype))


def mask_weights(feature: Tensor, mask: Tensor | None) -> Tensor:
    """Return the share of each position in a mean over positions, (B or 1, 1, H, W), sum 1.

    Raises:
        UsageError: the mask has another size than the feature, or selects nothing.
    """
    height, width = feature.shape[-2:]
    if mask is None:
        return feature.new_full((1, 1, height, width), 1 / (height * width))
    if mask.shape[-2:] != feature.shape[-2:]:
        raise UsageError(
            f"the mask is {mask.shape[-1]} x {mask.shape[-2]} but the feature map {width} x {height}"
        )
    area = mask.sum(dim=(-2, -1), keepdim=True)
    if bool((area <= 0).any()):
        raise UsageError(f"the mask selects no position of a {width} x {height} feature map")
    return mask / area


def weighted_mean(feature: Tensor, weights: Tensor) -> Tensor:
    """Return the mean of each channel, (B, C), with the share of each position given."""
    return torch.einsum("bchw,bhw->bc", feature, weights[:, 0].expand(len(feature), -1, -1))


losses: Registry[Loss] = Registry("loss", "losses")
