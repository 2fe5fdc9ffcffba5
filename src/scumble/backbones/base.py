"""What a backbone is: a frozen chain of named layers, read at any of them."""

import re
from collections.abc import Collection, Iterable
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from scumble.backbones.chain import Chain, by_hand
from scumble.backbones.extents import Extent, extents_of
from scumble.backbones.layers import Pool, Pooling
from scumble.backbones.normalization import Normalization as Normalization
from scumble.errors import ImageError, UnknownName, UsageError
from scumble.registry import Registry

LAYER = re.compile(r"(conv|relu|pool)([1-5])(?:_([1-4]))?")  # what VGG calls its own
Kind = Literal["content", "style"]
SIZE_HINT = "take a larger picture, or shallower layers; a narrow one may be cropped"


class Backbone(nn.Module):
    """A frozen image network read at named layers; once made, it never changes, for several runs may share it.

    A subclass builds its layers in order; the weight of the layer at position `i` is called
    `features.{i}.weight`, as in torchvision's state dicts.

    Args:
        normalization: the input that the weights expect.
        pooling: `max` or `average`; the subclass's own when omitted.
    """

    own_pooling: ClassVar[Pooling] = "max"
    chained: ClassVar[bool] = True  # whether `features` are layers, one behind the other
    gain: float = 1.0  # of what is no chain: what activations are multiplied with in the end
    own_weights: ClassVar[bool] = False  # whether they come with the class, and not as a weights file

    mean: Tensor
    std: Tensor

    def __init__(self, normalization: Normalization | None = None, pooling: Pooling | None = None) -> None:
        super().__init__()
        self.weights_sha256 = ""  # of the file that its weights were loaded from
        named = self.build()
        self.names = tuple(name for name, _ in named)
        self.extents = extents_of(named)
        self.features = nn.Sequential(*(layer for _, layer in named))
        for layer in self.features:
            if isinstance(layer, Pool):
                layer.kind = pooling or self.own_pooling
        self.hand = True  # the fast way back where there is one; False is autograd's, for comparison
        self._settle(normalization or Normalization())

    def _settle(self, normalization: Normalization) -> None:
        """Keep the input that the weights expect, and freeze them."""
        self.normalization = normalization
        for key, value in (("mean", self.normalization.mean), ("std", self.normalization.std)):
            # on the CPU even while the weights are built on the meta device
            numbers = torch.tensor(value, dtype=torch.float32, device="cpu")
            self.register_buffer(key, numbers.view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        """Return the layers in order, each with its name; each says what its positions see, as `window_of` reads."""
        raise NotImplementedError

    @property
    def precision(self) -> torch.dtype:
        """What the layers compute in; the image stays as it is up to them."""
        return next(self.features.parameters()).dtype

    @property
    def device(self) -> torch.device:
        """Where the layers are, and so what they compute."""
        return self.mean.device

    def normalize(self, image: Tensor) -> Tensor:
        """Return an RGB image in [0, 1] as the weights expect it."""
        if self.normalization.channels == "bgr":
            image = image.flip(1)
        factor = self.normalization.scale / self.std
        return torch.addcmul(-self.mean / self.std, image, factor)

    def forward(self, image: Tensor, names: Iterable[str]) -> dict[str, Tensor]:
        """Return the activations of the named layers; the layer `image` is the image itself.

        Args:
            image: (B, 3, H, W), RGB, [0, 1].
            names: layers, each one of `self.names` or `image`.

        Returns:
            From each name to its activation (B, C, H / stride, W / stride).

        Raises:
            UnknownName: there is no such layer.
            ImageError: the image is too small to reach the deepest of them.
        """
        wanted = set(names)
        for name in wanted - {"image", *self.names}:
            raise UnknownName("layer", name, self.names)
        self.require_size(image.shape[-2], image.shape[-1], wanted)
        features = {"image": image} if "image" in wanted else {}
        activation = self.normalize(image).to(self.precision, memory_format=torch.channels_last)
        return features | self._read(activation, wanted - {"image"})

    def _read(self, activation: Tensor, wanted: Collection[str]) -> dict[str, Tensor]:
        """Return the named layers' activations for a normalized image."""
        features: dict[str, Tensor] = {}
        depth = 1 + max((self.names.index(name) for name in wanted), default=-1)
        layers = list(zip(self.names, self.features, strict=True))[:depth]
        if self.hand and activation.requires_grad and by_hand(layers):
            inner = [name for name, _ in layers if name in wanted]
            return dict(zip(inner, Chain.apply(activation, layers, inner), strict=True))  # type: ignore[no-untyped-call]
        for name, layer in layers:
            activation = layer(activation)
            if name in wanted:
                features[name] = activation
        return features

    def require_size(
        self, height: int, width: int, names: Iterable[str], what: str = "the picture", hint: str = SIZE_HINT
    ) -> None:
        """Raise `ImageError`, which says `what` it is of, unless a picture of this size reaches all named layers."""
        needed = max((self.smallest_side(name) for name in names), default=1)
        if min(height, width) < needed:
            raise ImageError(
                f"{what} would be {width} x {height} pixels; its shorter side needs at least {needed}", hint
            )

    def smallest_side(self, name: str) -> int:
        """Return the side of the smallest image that reaches a layer, in pixels."""
        return self.extent(name).least

    def layer_size(self, name: str, height: int, width: int) -> tuple[int, int]:
        """Return height and width of a layer's activation for an image of this size."""
        extent = self.extent(name)
        return extent.positions(height), extent.positions(width)

    def extent(self, name: str) -> Extent:
        """Return how a layer's positions lie over the picture.

        Raises:
            UnknownName: there is no such layer.
        """
        if name not in self.extents:
            raise UnknownName("layer", name, self.names)
        return self.extents[name]

    def stride_and_reach(self, name: str) -> tuple[int, int]:
        """Return how many pixels a layer's positions are apart, and how far at most each of them sees to a side.

        Example:
            >>> from scumble.backbones.base import backbones
            >>> backbones["vgg19"]().stride_and_reach("relu5_1")
            (16, 85)
        """
        stride, before, after = self.receptive_field(name)
        return stride, max(before, after)

    def receptive_field(self, name: str) -> tuple[int, int, int]:
        """Return how many pixels a layer's positions are apart, and how many each sees before and after its own.

        Position `p` sees the pixels from `p * stride - before` to `p * stride + after`, both included.

        Example:
            >>> from scumble.backbones.base import backbones
            >>> backbones["vgg19"]().receptive_field("relu5_1")
            (16, 70, 85)
        """
        extent = self.extent(name)
        if extent.everywhere:
            raise UsageError(
                f"each position of the layer {name!r} sees the whole picture, which therefore is not cut into parts",
                "take a layer before it, or paint a smaller picture",
            )
        return extent.stride, extent.before, extent.after

    def block(self, name: str) -> int:
        """Return the block that a layer is in, counted from 1: that of its name, or else by how far it is halved.

        Example:
            >>> from scumble.backbones.base import backbones
            >>> backbones["vgg19"]().block("relu3_1"), backbones["vgg19"]().block("image")
            (3, 1)
        """
        match = LAYER.fullmatch(name)
        return int(match[2]) if match else self.extent(name).stride.bit_length()

    def nearest_layer(self, name: str, of: Kind | None = None) -> str:
        """Return this backbone's layer for a name from another one: the same block, as deep as there is.

        `relu5_4` of VGG-19 is `relu5_1` here if that is the last of block 5, and `relu5` in AlexNet.

        Args:
            name: of the layer.
            of: what is compared in it; here a layer is the same for both.

        Raises:
            UnknownName: the name is no layer of this kind of network.
        """
        del of
        if name in ("image", *self.names):
            return name
        match = LAYER.fullmatch(name)
        same = [own for own in self.names if match and re.match(rf"{match[1]}{match[2]}(_|$)", own)]
        if not match or not same:
            raise UnknownName("layer", name, self.names)
        depth = int(match[3] or 1)
        return same[min(depth, len(same)) - 1]


backbones: Registry[Backbone] = Registry("backbone", "backbones")
