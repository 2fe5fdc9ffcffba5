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


class Teacher:
    """Give the activations that a student should be able to predict."""

    def __init__(self, path: Path) -> None:
        self.weights = load_file(path)

    def layer(self, name: str, feature: Tensor) -> Tensor:
        """Return one convolution of `feature`; 3x3 ones pad by reflection."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        if weight.shape[-1] == 3:
            feature = F.pad(feature, (1, 1, 1, 1), mode="reflect")
        return F.conv2d(feature, weight, bias)

    @torch.no_grad()
    def __call__(self, image: Tensor) -> dict[str, Tensor]:
        """Return relu1_1 ... relu5_1 as VGG-19 would have them, and the teacher's own relu4_2.

        Args:
            image: (B, 3, H, W), RGB, [0, 1].

        Returns:
            Activations (B, `WIDTHS[name]`, H / 2^block, W / 2^block).
        """
        found = {}
        feature = self.layer("preprocess", image)
        for name in CONVOLUTIONS:
            if name == "pool":
                feature = F.max_pool2d(feature, 2)
                continue
            feature = self.layer(name, feature).relu()
            if name.removeprefix("conv") in HEADS:
                found[f"relu{name[4:]}"] = self.layer(f"head{name[4:]}", feature).relu()
            elif name == "conv4_2":
                found["relu4_2"] = feature
        return found
