"""The network that the bundled one learns from: a 16x-compressed VGG-19 with heads into VGG-19's own space.

Collaborative Distillation, Wang et al. (2020), https://arxiv.org/abs/2003.08436.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

CONVOLUTIONS = (
    "conv1_1", "conv1_2", "pool", "conv2_1", "conv2_2", "pool", "conv3_1", "conv3_2", "conv3_3", "conv3_4",
    "pool", "conv4_1", "conv4_2", "conv4_3", "conv4_4", "pool", "conv5_1",
)  # fmt: skip
HEADS = ("1_1", "2_1", "3_1", "4_1", "5_1")
WIDTHS = {"relu1_1": 64, "relu2_1": 128, "relu3_1": 256, "relu4_1": 512, "relu5_1": 512, "relu4_2": 128}
# Of the two finest layers every fourth and every second position is enough: 1x1 heads cost as much as the network.
STRIDES = {"relu1_1": 4, "relu2_1": 2}


def thinned(name: str, feature: Tensor) -> Tensor:
    """Return the positions of a layer that are learned from."""
    stride = STRIDES.get(name, 1)
    return feature[..., ::stride, ::stride]


def blurred_maximum(feature: Tensor) -> Tensor:
    """Halve a feature map by the maxima of all 2x2 squares, averaged with weights 1 2 1 in both directions.

    The mean of maximum pooling over its four grids, nearly: which grid it is cannot be learned from it.

    Reference:
        Zhang: Making Convolutional Networks Shift-Invariant Again (2019), https://arxiv.org/abs/1904.11486
    """
    maxima = F.pad(F.max_pool2d(feature, 2, stride=1), (1, 1, 1, 1), mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(maxima, 2, stride=1), 2)


class Teacher:
    """Give the activations that a student should be able to predict.

    Args:
        path: of the weights.
        blurred: pool by `blurred_maximum` in place of the maximum that it was trained with.
        device: where to compute.
    """

    def __init__(self, path: Path, blurred: bool = False, device: torch.device | str = "cpu") -> None:
        self.blurred = blurred
        try:
            weights = load_file(path)
        except Exception as error:
            raise SystemExit(f"error: {path} is no teacher: {error}") from error
        needed = {"preprocess", *CONVOLUTIONS, *(f"head{block}" for block in HEADS)} - {"pool"}
        missing = sorted(name for name in needed if not {f"{name}.weight", f"{name}.bias"} <= weights.keys())
        if missing:
            raise SystemExit(f"error: {path} is no teacher: it lacks {', '.join(missing)}")
        self.weights = {
            name: weight.to(device, memory_format=torch.channels_last)
            if weight.ndim == 4
            else weight.to(device)
            for name, weight in weights.items()
        }

    def layer(self, name: str, feature: Tensor) -> Tensor:
        """Return one convolution of `feature`; 3x3 ones pad by reflection."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        if weight.shape[-1] == 3:
            feature = F.pad(feature, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(feature, weight, bias)

    @torch.no_grad()
    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        """Return `features` without a graph."""
        return self.features(image)

    def features(self, image: Tensor) -> dict[str, Tensor]:
        """Return relu1_1 ... relu5_1 as VGG-19 would have them, and the teacher's own relu4_2.

        Args:
            image: (B, 3, H, W), RGB, [0, 1].

        Returns:
            Activations (B, `WIDTHS[name]`, H / 2^block, W / 2^block), the finest ones thinned.
        """
        found = {}
        feature = self.layer("preprocess", image)
        for name in CONVOLUTIONS:
            if name == "pool":
                feature = blurred_maximum(feature) if self.blurred else F.max_pool2d(feature, 2)
                continue
            feature = self.layer(name, feature).relu()
            layer = name.replace("conv", "relu")
            if name.removeprefix("conv") in HEADS:
                found[layer] = self.layer(name.replace("conv", "head"), thinned(layer, feature)).relu()
            elif name == "conv4_2":
                found[layer] = feature
        return found
