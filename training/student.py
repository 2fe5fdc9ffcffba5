"""The network in training, with the heads that tie it to its teacher."""

import torch
from torch import Tensor, nn

from scumble.backbones.base import Backbone, Normalization
from scumble.backbones.formats_safetensors import read_own
from scumble.backbones.layers import Pooling
from scumble.backbones.vgg import vgg_layers
from training.recipe import COMPACT, Recipe
from training.teacher import WIDTHS, thinned

# Gain: activations of mean 1 times 110 give the Coursera exercise's first costs on its own pair, content near 8e3 and
# style near 1.3e8, to a factor of 2: alpha and beta then balance as they do there.
NORMALIZATION = Normalization(mean=(0.45, 0.45, 0.45), std=(0.25, 0.25, 0.25), gain=110.0)

Blocks = tuple[tuple[int, ...], ...]


def blocks_of(widths: str) -> Blocks:
    """Return the channels of the convolutions of each block.

    Example:
        >>> blocks_of("16,16/32,32/64,64/128,128/128")
        ((16, 16), (32, 32), (64, 64), (128, 128), (128,))
    """
    try:
        blocks = tuple(tuple(int(width) for width in block.split(",")) for block in widths.split("/"))
    except ValueError:
        blocks = ()
    if len(blocks) != 5 or len(blocks[3]) < 2 or min(map(min, blocks)) < 1:
        raise SystemExit(
            f"error: --widths is {widths!r}; it has five blocks, the fourth of two or more: {COMPACT}"
        )
    return blocks


def network_of(blocks: Blocks, pooling: Pooling = "average") -> type[Backbone]:
    """Return a backbone class in VGG's order with these widths; edges are repeated, as in `Compact`."""

    class Candidate(Backbone):
        """A network in training, or one that may become the bundled one."""

        own_pooling = pooling

        @classmethod
        def build(cls) -> list[tuple[str, nn.Module]]:
            return vgg_layers(blocks, padding="replicate")

    return Candidate


class Student(nn.Module):
    """A backbone and one 1x1 head for each layer it learns; the heads are not exported.

    Args:
        widths: channels of each convolution, as in `blocks_of`.
        pooling: average or max.
    """

    def __init__(self, widths: str = COMPACT, pooling: Pooling = "average") -> None:
        super().__init__()
        blocks = blocks_of(widths)
        self.backbone = network_of(blocks, pooling)(NORMALIZATION)
        self.backbone.requires_grad_(True)
        for layer in self.backbone.features:
            if isinstance(layer, nn.Conv2d) and layer.bias is not None:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        names = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu4_2", "relu5_1")
        own = {name: blocks[int(name[4]) - 1][int(name[6]) - 1] for name in names}
        self.heads = nn.ModuleDict({name: nn.Conv2d(own[name], WIDTHS[name], 1) for name in own})

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """Return the student's own activations at the layers it learns, the finest ones thinned."""
        features = self.backbone(image, self.heads)
        return {name: thinned(name, features[name]) for name in self.heads}

    def predict(self, name: str, feature: Tensor) -> Tensor:
        """Return what the teacher has at a layer, going by the student's own activation there."""
        activation: Tensor = self.heads[name](feature.contiguous(memory_format=torch.channels_last)).relu()
        return activation


def first_student(recipe: Recipe) -> Student:
    """Return a student with random weights from the seed, or with the convolutions of an exported file."""
    torch.manual_seed(recipe.seed)
    student = Student(recipe.widths, recipe.pooling)
    if recipe.start:
        own = student.backbone.state_dict()
        weights = read_own(recipe.start).weights
        if {name: value.shape for name, value in weights.items()} != {k: v.shape for k, v in own.items()}:
            raise SystemExit(f"error: {recipe.start} does not hold a network of widths {recipe.widths}")
        student.backbone.load_state_dict(weights)
    return student
