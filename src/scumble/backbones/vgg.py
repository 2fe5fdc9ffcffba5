"""VGG-16 and VGG-19, from one table of widths."""

from typing import ClassVar

from torch import nn

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.layers import Conv, Padding, Pool


def vgg_layers(
    blocks: tuple[tuple[int, ...], ...], padding: Padding = "zeros"
) -> list[tuple[str, nn.Module]]:
    """Return conv, ReLU and pool layers named as in the papers, `conv1_1`, `relu1_1`, ..., `pool5`.

    ReLUs are not in place: in place, reading `conv1_1` would silently give `relu1_1`.

    Args:
        blocks: the widths of the convolutions of each block.
        padding: `zeros` or `replicate`.
    """
    layers: list[tuple[str, nn.Module]] = []
    inputs = 3
    for block, widths in enumerate(blocks, start=1):
        for number, outputs in enumerate(widths, start=1):
            layers.append((f"conv{block}_{number}", Conv(inputs, outputs, padding=padding)))
            layers.append((f"relu{block}_{number}", nn.ReLU()))
            inputs = outputs
        layers.append((f"pool{block}", Pool()))
    return layers


class VGG(Backbone):
    """Simonyan and Zisserman (2014), https://arxiv.org/abs/1409.1556: without its fully connected part."""

    depths: ClassVar[tuple[int, ...]]

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        widths = (64, 128, 256, 512, 512)
        return vgg_layers(tuple((width,) * depth for width, depth in zip(widths, cls.depths, strict=True)))


@backbones("vgg19")
class VGG19(VGG):
    """Nineteen layers, sixteen of them convolutions: the network of Gatys et al."""

    depths = (2, 2, 4, 4, 4)


@backbones("vgg16")
class VGG16(VGG):
    """Sixteen layers, thirteen of them convolutions."""

    depths = (2, 2, 3, 3, 3)
