"""AlexNet, in the version that torchvision publishes."""

from torch import nn

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.layers import Conv, Pool


@backbones("alexnet")
class AlexNet(Backbone):
    """Krizhevsky (2014), https://arxiv.org/abs/1404.5997: without its fully connected part.

    Five convolutions, `conv1` to `conv5`. The first has stride 4 and padding 2, so that the coarse grid
    of what it sees shows in the pictures.
    """

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        first = nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2)
        return [
            ("conv1", first), ("relu1", nn.ReLU()), ("pool1", Pool(kernel=3)),
            ("conv2", Conv(64, 192, kernel=5)), ("relu2", nn.ReLU()), ("pool2", Pool(kernel=3)),
            ("conv3", Conv(192, 384)), ("relu3", nn.ReLU()),
            ("conv4", Conv(384, 256)), ("relu4", nn.ReLU()),
            ("conv5", Conv(256, 256)), ("relu5", nn.ReLU()), ("pool5", Pool(kernel=3)),
        ]  # fmt: skip
