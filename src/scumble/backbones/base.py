"""What a backbone is: a frozen chain of named layers, read at any of them."""

import re
from collections.abc import Iterable
from typing import ClassVar

import torch
from torch import Tensor, nn

from scumble.backbones.chain import Chain, by_hand
from scumble.backbones.layers import Pool, Pooling
from scumble.backbones.normalization import Normalization as Normalization
from scumble.errors import ImageError, UnknownName
from scumble.registry import Registry

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

    mean: Tensor
    std: Tensor

    def __init__(self, normalization: Normalization | None = None, pooling: Pooling | None = None) -> None:
        super().__init__()
        self.normalization = normalization or Normalization()
        self.weights_sha256 = ""  # of the file that its weights were loaded from
        named = self.build()
        self.names = tuple(name for name, _ in named)
        self.features = nn.Sequential(*(layer for _, layer in named))
        for layer in self.features:
            if isinstance(layer, Pool):
                layer.kind = pooling or self.own_pooling
        self.hand = True  # the fast way back where there is one; False is autograd's, for comparison
        for key, value in (("mean", self.normalization.mean), ("std", self.normalization.std)):
            # on the CPU even while the weights are built on the meta device
            numbers = torch.tensor(value, dtype=torch.float32, device="cpu")
            self.register_buffer(key, numbers.view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        """Return the layers in order, each with its name."""
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
        depth = 1 + max((self.names.index(name) for name in wanted - {"image"}), default=-1)
        layers = list(zip(self.names, self.features, strict=True))[:depth]
        if self.hand and activation.requires_grad and by_hand(layers):
            inner = [name for name, _ in layers if name in wanted]
            return features | dict(zip(inner, Chain.apply(activation, layers, inner), strict=True))  # type: ignore[no-untyped-call]
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
        side = 1
        depth = self.names.index(name) + 1 if name in self.names else 0
        for layer in reversed(list(self.features)[:depth]):
            if isinstance(layer, Pool):
                side = (side - 1) * layer.stride + layer.kernel
            elif isinstance(layer, nn.Conv2d) and layer.stride[0] > 1:
                padding = int(layer.padding[0])
                side = max(1, (side - 1) * layer.stride[0] + layer.kernel_size[0] - 2 * padding)
        return side

    def layer_size(self, name: str, height: int, width: int) -> tuple[int, int]:
        """Return height and width of a layer's activation for an image of this size."""
        depth = self.names.index(name) + 1 if name in self.names else 0
        for layer in list(self.features)[:depth]:
            if isinstance(layer, Pool):
                height, width = ((side - layer.kernel) // layer.stride + 1 for side in (height, width))
            elif isinstance(layer, nn.Conv2d) and layer.stride[0] > 1:
                spare = 2 * int(layer.padding[0]) - layer.kernel_size[0]
                height, width = ((side + spare) // layer.stride[0] + 1 for side in (height, width))
        return height, width

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
        stride, before, after = 1, 0, 0
        depth = self.names.index(name) + 1 if name in self.names else 0
        for layer in list(self.features)[:depth]:
            if isinstance(layer, Pool):
                after, stride = after + (layer.kernel - 1) * stride, stride * layer.stride
            elif isinstance(layer, nn.Conv2d):
                padding = int(layer.padding[0])
                before += padding * stride
                after += (layer.kernel_size[0] - 1 - padding) * stride
                stride *= layer.stride[0]
        return stride, before, after

    def nearest_layer(self, name: str) -> str:
        """Return this backbone's layer for a name from another one: the same block, as deep as there is.

        `relu5_4` of VGG-19 is `relu5_1` here if that is the last of block 5, and `relu5` in AlexNet.

        Raises:
            UnknownName: the name is no layer of this kind of network.
        """
        if name in ("image", *self.names):
            return name
        match = re.fullmatch(r"(conv|relu|pool)([1-5])(?:_([1-4]))?", name)
        same = [own for own in self.names if match and re.match(rf"{match[1]}{match[2]}(_|$)", own)]
        if not match or not same:
            raise UnknownName("layer", name, self.names)
        depth = int(match[3] or 1)
        return same[min(depth, len(same)) - 1]


backbones: Registry[Backbone] = Registry("backbone", "backbones")
