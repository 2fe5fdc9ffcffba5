"""The way through the layers by hand, beside autograd's."""

import copy

import pytest
import torch
from torch import nn

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.layers import Conv, Pool, folded
from scumble.backbones.variants import computing

pytestmark = pytest.mark.numeric
LAYERS = ["relu1_1", "conv1_2", "pool1", "relu2_1", "relu3_1", "conv4_1", "relu4_1", "relu5_1"]


def gradient(network, image, names, hand):
    """Return the image's gradient of a sum over layers with random weights."""
    network.hand = hand
    leaf = image.clone().requires_grad_()
    random = torch.Generator().manual_seed(3)
    features = network(leaf, names)
    total = sum(
        (features[name] * torch.randn(features[name].shape, generator=random, dtype=image.dtype)).sum()
        for name in names
    )
    return torch.autograd.grad(total, leaf)[0]


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize("name", ["compact", "vgg16", "alexnet"])
@pytest.mark.parametrize("size", [(64, 48), (71, 93)])
def test_the_gradient_is_autograds(name, pooling, size):
    torch.manual_seed(0)
    network = backbones[name](pooling=pooling).double()
    names = [layer for layer in [*LAYERS, "relu1", "relu3"] if layer in network.names]
    image = torch.rand(1, 3, *size, dtype=torch.float64)
    ours, autograds = (gradient(network, image, names, hand) for hand in (True, False))
    torch.testing.assert_close(ours, autograds, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("padding", ["zeros", "replicate", "reflect"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_every_padding_has_its_gradient(padding, kernel):
    torch.manual_seed(0)
    conv = Conv(2, 3, kernel, padding=padding).double().requires_grad_(False)
    feature = torch.rand(2, 2, 6, 7, dtype=torch.float64, requires_grad=True)
    result = conv(feature)
    wanted = torch.rand_like(result)
    (expected,) = torch.autograd.grad(result, feature, wanted)
    torch.testing.assert_close(conv.pull_back(wanted, feature), expected)


def test_a_repeated_edge_gives_its_gradient_to_the_edge():
    gradient = torch.arange(20.0).view(1, 1, 4, 5)
    assert folded(gradient, 1).tolist() == [[[[0 + 1 + 5 + 6, 2 + 7, 3 + 4 + 8 + 9],
                                              [10 + 11 + 15 + 16, 12 + 17, 13 + 14 + 18 + 19]]]]  # fmt: skip


def test_a_layer_read_before_its_relu_is_left_as_it_was(network):
    image = torch.rand(1, 3, 16, 16, dtype=torch.float64, requires_grad=True)
    features = network(image, ["conv1_1", "relu1_1"])
    assert features["conv1_1"].min() < 0
    assert torch.equal(features["relu1_1"], features["conv1_1"].clamp(min=0))


def test_the_image_itself_gets_its_gradient_beside_the_layers(network):
    image = torch.rand(1, 3, 16, 16, dtype=torch.float64, requires_grad=True)
    features = network(image, ["image", "relu1_1"])
    of_layer, of_image = features["relu1_1"].sum(), features["image"].sum()
    (layer,) = torch.autograd.grad(of_layer, image, retain_graph=True)
    (both,) = torch.autograd.grad(of_layer + of_image, image)
    torch.testing.assert_close(both, layer + 1)


class Odd(Backbone):
    """With a layer that the way back by hand does not know."""

    @classmethod
    def build(cls):
        return [("conv1_1", Conv(3, 4)), ("relu1_1", nn.Softplus()), ("pool1", Pool())]


def test_a_layer_of_another_kind_is_left_to_autograd():
    torch.manual_seed(0)
    network, image = Odd(), torch.rand(1, 3, 8, 8)
    ours, autograds = (gradient(network, image, ["relu1_1", "pool1"], hand) for hand in (True, False))
    assert torch.equal(ours, autograds)
    assert ours.abs().sum() > 0


def test_weights_that_are_trained_get_their_gradient():
    torch.manual_seed(0)
    network = backbones["compact"]().requires_grad_(True)
    image = torch.rand(1, 3, 16, 16, requires_grad=True)
    network(image, ["relu1_2"])["relu1_2"].sum().backward()
    assert network.get_parameter("features.0.weight").grad.abs().sum() > 0


def test_half_precision_points_where_float32_does(network):
    image = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    names = ["relu1_1", "relu3_1", "relu5_1"]
    network = copy.deepcopy(network).float()
    full = gradient(network, image, names, hand=True)
    half = gradient(computing(network, torch.bfloat16), image, names, hand=True)
    assert half.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(half.flatten(), full.flatten(), dim=0) > 0.999
