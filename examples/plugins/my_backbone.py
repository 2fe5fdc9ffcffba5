"""A network of one's own, to copy and change: any torch module, read at submodules of your choice.

    scumble stylize examples/chelsea.png examples/styles/stained-glass.jpg \\
        --plugin examples/plugins/my_backbone.py --backbone residual

Its weights are random here, made in code; load yours in `module`, from a file beside this one, say.
"""

import torch
from torch import Tensor, nn

from scumble.backbones.base import backbones
from scumble.backbones.foreign import Foreign


class Block(nn.Module):
    """Add to what comes in what two convolutions find in it; each side is halved."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.beside = nn.Conv2d(inputs, outputs, 1, stride=2)

    def forward(self, feature: Tensor) -> Tensor:
        """Return a feature of half the height and width."""
        found: Tensor = self.second(self.first(feature).relu()) + self.beside(feature)
        return found.relu()


@backbones("residual")  # the name behind --backbone
class Residual(Foreign):
    """Three residual blocks."""

    layers = ("0", "2", "3", "4")  # names of submodules, as named_modules() lists them
    content_layers = ("3",)  # what stands for VGG's layers where you name none
    style_layers = ("0", "2", "3", "4")

    @classmethod
    def module(cls) -> nn.Module:
        """Return the network with its weights."""
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(inplace=True), Block(16, 24), Block(24, 32), Block(32, 48)
        )
