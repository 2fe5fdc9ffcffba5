"""The layers that backbones are built of, each with its way back by hand."""

from typing import Literal

from torch import Tensor, nn
from torch.nn import functional as F

from scumble.backbones.extents import Window, of_convolution
from scumble.backbones.passes import aten, convolved_back, halved, rectified, repeat_edges, room
from scumble.machine.arithmetic import is_fused

Pooling = Literal["max", "average"]
Padding = Literal["zeros", "replicate", "reflect"]


class Pool(nn.Module):
    """Halve a feature map by maximum or average; an odd last row or column is dropped, as in VGG."""

    def __init__(self, kernel: int = 2, stride: int = 2, kind: Pooling = "max") -> None:
        super().__init__()
        self.kernel, self.stride, self.kind = kernel, stride, kind

    def forward(self, feature: Tensor) -> Tensor:
        if self.kind == "average" and self.kernel == self.stride == 2 and not feature.requires_grad:
            return halved(feature)
        pool = F.max_pool2d if self.kind == "max" else F.avg_pool2d
        return pool(feature, self.kernel, self.stride)

    def window(self) -> Window:
        """Return how each position of the result sees the feature."""
        return Window(self.kernel, self.stride)

    def pull_back(self, gradient: Tensor, feature: Tensor) -> Tensor:
        """Return the gradient of what was pooled from that of the result."""
        kernel, stride = [self.kernel] * 2, [self.stride] * 2
        if self.kind == "max":
            _, indices = F.max_pool2d(feature, kernel, stride, return_indices=True)
            return aten.max_pool2d_with_indices_backward(  # type: ignore[no-any-return]
                gradient, feature, kernel, stride, [0, 0], [1, 1], False, indices
            )
        if self.kernel != self.stride:
            return aten.avg_pool2d_backward(gradient, feature, kernel, stride, [0, 0], False, True, None)  # type: ignore[no-any-return]
        # Each pixel gets its share: written once, where torch writes zeros and then adds, a third slower.
        spread = F.interpolate(gradient / self.kernel**2, scale_factor=self.kernel, mode="nearest")
        below, beside = (a - b for a, b in zip(feature.shape[2:], spread.shape[2:], strict=True))
        return F.pad(spread, [0, beside, 0, below]) if below or beside else spread


class Conv(nn.Conv2d):
    """A convolution that pads by repeating the edge pixel (`replicate`), by mirroring (`reflect`) or with zeros.

    Zeros are what VGG was trained with; they are an edge to the network, and a frame in the picture.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, padding: Padding = "zeros"
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, kernel // 2, padding_mode=padding)

    def window(self) -> Window:
        """Return how each position of the result sees the feature."""
        window = of_convolution(self)
        assert window is not None  # its sides are alike
        return window

    def padded(self, feature: Tensor) -> Tensor:
        """Return a feature with what is around it, unless that is zeros: a convolution adds those itself."""
        if self.padding_mode == "zeros":
            return feature
        width = int(self.padding[0])
        if self.padding_mode == "replicate" and not feature.requires_grad:
            return repeat_edges(feature, width)
        return F.pad(feature, [width] * 4, self.padding_mode)

    def forward(self, feature: Tensor) -> Tensor:
        padding = self.padding if self.padding_mode == "zeros" else 0
        return F.conv2d(self.padded(feature), self.weight, self.bias, self.stride, padding)

    def rectified(self, feature: Tensor) -> Tensor:
        """Return the ReLU of the result."""
        return rectified(self, self.padded(feature))

    def pull_back(self, gradient: Tensor, feature: Tensor) -> Tensor:
        """Return the gradient of what was convolved from that of the result; of `feature` only the shape counts."""
        width = 0 if self.padding_mode == "zeros" else int(self.padding[0])
        if width and tuple(self.stride) == (1, 1) and is_fused(gradient):
            result = convolved_back(gradient, self.weight)
        else:
            zeros = [0, 0] if width else list(self.padding)
            padded = room(feature, width, gradient)
            result, _, _ = aten.convolution_backward(
                gradient, padded, self.weight, None,
                self.stride, zeros, [1, 1], False, [0, 0], 1, [True, False, False],
            )  # fmt: skip
        if self.padding_mode == "reflect":
            return aten.reflection_pad2d_backward(result, feature, [width] * 4)  # type: ignore[no-any-return]
        return folded(result, width)


def folded(gradient: Tensor, width: int) -> Tensor:
    """Return the gradient of a picture from that of its copy with `width` repeated pixels around it, which is spent.

    A repeated pixel's gradient is the edge pixel's. The result is a view: no copy, and no picture of zeros.
    """
    height, across = (size - 2 * width for size in gradient.shape[2:])
    for axis, size in ((2, height), (3, across)) if width else ():
        first, last = gradient.select(axis, width), gradient.select(axis, width + size - 1)
        for repeated in range(width):
            first.add_(gradient.select(axis, repeated))
            last.add_(gradient.select(axis, width + size + repeated))
    return gradient.narrow(2, width, height).narrow(3, width, across)
