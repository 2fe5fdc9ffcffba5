"""The network in training, with the heads that tie it to its teacher, and how far it is from it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from scumble.backbones.base import Normalization
from scumble.backbones.compact import Compact
from training.teacher import WIDTHS

# Gain: activations of mean 1 times 110 give the Coursera exercise's first costs on its own pair, content near 8e3 and
# style near 1.3e8, to a factor of 2: alpha and beta then balance as they do there.
NORMALIZATION = Normalization(mean=(0.45, 0.45, 0.45), std=(0.25, 0.25, 0.25), gain=110.0)
# Positions of the two finest layers that enter the loss: 1x1 heads cost as much as the network there.
STRIDES = {"relu1_1": 4, "relu2_1": 2}


class Student(nn.Module):
    """The compact backbone and one 1x1 head for each layer it learns; the heads are not exported."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = Compact(NORMALIZATION)
        self.backbone.requires_grad_(True)
        for layer in self.backbone.features:
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        own = {"relu1_1": 16, "relu2_1": 32, "relu3_1": 64, "relu4_1": 128, "relu4_2": 128, "relu5_1": 128}
        self.heads = nn.ModuleDict({name: nn.Conv2d(own[name], WIDTHS[name], 1) for name in own})

    def errors(self, image: Tensor, taught: dict[str, Tensor]) -> Tensor:
        """Return, layer by layer, the mean squared error over the variance of what the teacher says, (6,)."""
        features = self.backbone(image, self.heads)
        return torch.stack([self._error(name, features[name], taught[name]) for name in self.heads])

    def _error(self, name: str, feature: Tensor, taught: Tensor) -> Tensor:
        stride = STRIDES.get(name, 1)
        predicted = self.heads[name](feature[..., ::stride, ::stride]).relu()
        taught = taught[..., ::stride, ::stride]
        return F.mse_loss(predicted, taught) / taught.var()
