"""The bundled network: VGG's order at a quarter of its width, 0.44 M parameters."""

from torch import nn

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.vgg import vgg_layers


@backbones("compact")
class Compact(Backbone):
    """Distilled in `training/`; see `data/MODEL_CARD.md`.

    Edges are padded by repeating pixels, so that the network sees no frame, and pooling is by average, which
    leaves no room for the dots that maxima allow.
    """

    own_pooling = "average"

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        return vgg_layers(((16, 16), (32, 32), (64, 64), (128, 128), (128,)), padding="replicate")
