"""The networks: names, numbers, values, sizes."""

from typing import Literal

import pytest
import torch
from torch.nn import functional as F

from scumble.backbones.base import Normalization, backbones
from scumble.backbones.contents import digest
from scumble.backbones.layers import Pool
from scumble.backbones.variants import computing, pooling_by, reading_raw, rescaled
from scumble.errors import ImageError, UnknownName

VGG19_CONVOLUTIONS = {
    "conv1_1": 0, "conv1_2": 2, "conv2_1": 5, "conv2_2": 7,
    "conv3_1": 10, "conv3_2": 12, "conv3_3": 14, "conv3_4": 16,
    "conv4_1": 19, "conv4_2": 21, "conv4_3": 23, "conv4_4": 25,
    "conv5_1": 28, "conv5_2": 30, "conv5_3": 32, "conv5_4": 34,
}  # fmt: skip
VGG16_CONVOLUTIONS = {
    "conv1_1": 0, "conv1_2": 2, "conv2_1": 5, "conv2_2": 7,
    "conv3_1": 10, "conv3_2": 12, "conv3_3": 14,
    "conv4_1": 17, "conv4_2": 19, "conv4_3": 21,
    "conv5_1": 24, "conv5_2": 26, "conv5_3": 28,
}  # fmt: skip
ALEXNET_CONVOLUTIONS = {"conv1": 0, "conv2": 3, "conv3": 6, "conv4": 8, "conv5": 10}


@pytest.fixture(scope="module")
def networks():
    """One of each, with random weights; not to be changed."""
    torch.manual_seed(0)
    return {name: backbones[name]() for name in backbones}


@pytest.fixture(params=list(backbones))
def network(request, networks):
    return networks[request.param]


@pytest.fixture
def image():
    return torch.rand(1, 3, 70, 66, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("vgg19", VGG19_CONVOLUTIONS), ("vgg16", VGG16_CONVOLUTIONS), ("alexnet", ALEXNET_CONVOLUTIONS)],
)
def test_convolutions_have_torchvisions_numbers(networks, name, expected):
    network = networks[name]
    assert {layer: network.names.index(layer) for layer in network.names if "conv" in layer} == expected
    assert network.state_dict().keys() == {
        f"features.{i}.{part}" for i in expected.values() for part in ("weight", "bias")
    }


def test_vgg19_has_torchvisions_shapes(networks):
    state = networks["vgg19"].state_dict()
    assert state["features.0.weight"].shape == (64, 3, 3, 3)
    assert state["features.5.weight"].shape == (128, 64, 3, 3)
    assert state["features.34.weight"].shape == (512, 512, 3, 3)
    assert sum(tensor.numel() for tensor in state.values()) == 20_024_384


def test_alexnet_has_torchvisions_shapes(networks):
    shapes = {key: tuple(tensor.shape) for key, tensor in networks["alexnet"].state_dict().items()}
    assert shapes["features.0.weight"] == (64, 3, 11, 11)
    assert shapes["features.3.weight"] == (192, 64, 5, 5)
    assert shapes["features.10.weight"] == (256, 256, 3, 3)


def test_every_layer_is_read_by_its_name_alone_or_with_others(network, image):
    together = network(image, network.names)
    assert tuple(together) == network.names
    for name in network.names:
        assert torch.equal(network(image, [name])[name], together[name])
        assert together[name].shape[-2:] == network.layer_size(name, 70, 66)


def test_a_convolution_is_not_its_relu(network, image):
    first, second = network.names[:2]
    features = network(image, [first, second])
    assert features[first].min() < 0
    assert features[second].min() == 0
    assert torch.equal(features[second], features[first].relu())


def test_the_image_is_a_layer(network, image):
    assert network(image, ["image"])["image"] is image


def reference(state, convolutions, image, pools, kernel, stride, pool):
    """All activations of a chain of convolutions, ReLUs and pools, in plain torch."""
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x, result = (image - mean[:, None, None]) / std[:, None, None], []
    for order, index in enumerate(convolutions.values()):
        weight, bias = state[f"features.{index}.weight"], state[f"features.{index}.bias"]
        padding = 2 if weight.shape[-1] > 3 else 1
        x = F.conv2d(x, weight, bias, stride=stride if order == 0 else 1, padding=padding)
        result.append(x)
        x = x.clamp(min=0)
        result.append(x)
        if order in pools:
            x = pool(x, kernel, 2)
            result.append(x)
    return result


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize(
    ("name", "convolutions", "pools", "kernel", "stride"),
    [
        ("vgg19", VGG19_CONVOLUTIONS, {1, 3, 7, 11, 15}, 2, 1),
        ("alexnet", ALEXNET_CONVOLUTIONS, {0, 1, 4}, 3, 4),
    ],
)
def test_activations_equal_plain_torch(networks, name, convolutions, pools, kernel, stride, pooling):
    image = torch.rand(1, 3, 64, 80, generator=torch.Generator().manual_seed(2))
    network = type(networks[name])(pooling=pooling)
    network.load_state_dict(networks[name].state_dict())
    pool = F.max_pool2d if pooling == "max" else F.avg_pool2d
    expected = reference(network.state_dict(), convolutions, image, pools, kernel, stride, pool)
    features = network(image, network.names)
    for layer, activation in zip(network.names, expected, strict=True):
        torch.testing.assert_close(features[layer], activation, rtol=1e-4, atol=1e-5)


def test_pooling_is_the_backbones_own_unless_said(networks):
    def kinds(network):
        return {layer.kind for layer in network.features if isinstance(layer, Pool)}

    assert kinds(networks["vgg19"]) == {"max"}
    assert kinds(networks["compact"]) == {"average"}
    assert kinds(backbones["compact"](pooling="max")) == {"max"}


def test_smallest_side_is_exact(network):
    for name in network.names:
        side = network.smallest_side(name)
        assert min(network(torch.zeros(1, 3, side, side + 3), [name])[name].shape) > 0
        if side > 1:
            with pytest.raises(ImageError) as caught:
                network(torch.zeros(1, 3, side + 9, side - 1), [name])
            assert caught.value.message == (
                f"the picture would be {side - 1} x {side + 9} pixels; its shorter side needs at least {side}"
            )
            assert "larger picture" in caught.value.hint
            assert caught.value.exit_code == 3


def test_smallest_sides_known(networks):
    assert [networks["vgg19"].smallest_side(f"pool{block}") for block in range(1, 6)] == [2, 4, 8, 16, 32]
    assert networks["vgg19"].smallest_side("relu5_4") == 16
    assert networks["alexnet"].smallest_side("conv1") == 7
    assert networks["alexnet"].smallest_side("pool1") == 15


def test_an_unknown_layer_is_refused_with_what_was_meant(networks, image):
    with pytest.raises(
        UnknownName, match=r"unknown layer 'relu6_1'; did you mean '\w+'\? known: conv1_1, "
    ) as caught:
        networks["vgg19"](image, ["relu1_1", "relu6_1"])
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "asked", "nearest"),
    [
        ("vgg19", "relu4_2", "relu4_2"),
        ("vgg19", "image", "image"),
        ("vgg19", "relu3", "relu3_1"),
        ("vgg16", "relu5_4", "relu5_3"),
        ("vgg16", "conv1_2", "conv1_2"),
        ("compact", "relu5_4", "relu5_1"),
        ("compact", "relu4_2", "relu4_2"),
        ("alexnet", "relu5_1", "relu5"),
        ("alexnet", "conv1_2", "conv1"),
        ("alexnet", "pool2", "pool2"),
    ],
)
def test_nearest_layer(networks, name, asked, nearest):
    assert networks[name].nearest_layer(asked) == nearest


@pytest.mark.parametrize("asked", ["relu6_1", "fc6", "relu", "22", "", "pool3_9", "relu4_2 "])
def test_no_layer_is_near_a_name_of_another_kind(networks, asked):
    with pytest.raises(UnknownName, match="unknown layer"):
        networks["vgg19"].nearest_layer(asked)


def test_alexnet_has_no_fourth_pool(networks):
    with pytest.raises(UnknownName, match="unknown layer 'pool4'; did you mean"):
        networks["alexnet"].nearest_layer("pool4")


def test_rescale_multiplies_every_layer_exactly(network, image):
    scaled = rescaled(network, 4.0)  # a power of two, so that nothing is rounded
    before, after = network(image, network.names), scaled(image, network.names)
    for name in network.names:
        assert torch.equal(after[name], 4 * before[name])


def test_frozen_and_the_image_unchanged(network, image):
    copy = image.clone()
    image.requires_grad_()
    network(image, [network.names[-1]])[network.names[-1]].sum().backward()
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not network.training
    assert torch.equal(image.detach(), copy)
    assert image.grad.abs().sum() > 0


def test_normalization_bgr_and_255(image):
    mean = (103.939, 116.779, 123.68)
    network = backbones["alexnet"](Normalization("bgr", 255.0, mean, (1.0, 2.0, 4.0)))
    normal = network.normalize(image)
    for channel, (source, deviation) in enumerate([(2, 1.0), (1, 2.0), (0, 4.0)]):
        expected = (image[:, source] * 255 - mean[channel]) / deviation
        torch.testing.assert_close(normal[:, channel], expected)


def test_normalization_of_imagenet_is_the_default(networks):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    assert networks["vgg19"].normalize(mean).abs().max() < 1e-6
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    torch.testing.assert_close(networks["vgg19"].normalize(mean + std), torch.ones(1, 3, 1, 1))


@pytest.mark.parametrize(
    "normalization", [Normalization(), Normalization("bgr", 255.0, (104.0, 117.0, 124.0))]
)
def test_reading_raw_reads_pixels_as_they_are(image, normalization):
    """As the TensorFlow exercise does with Keras's BGR weights: it does not turn the channels either."""
    network = backbones["alexnet"](normalization)
    assert torch.equal(reading_raw(network).normalize(image), image)
    assert not torch.equal(network.normalize(image), image)


OTHER: dict[str, Literal["max", "average"]] = {"max": "average", "average": "max"}
VARIANTS = {
    "precision": lambda network: computing(network, torch.bfloat16),
    "pooling": lambda network: pooling_by(network, OTHER[type(network).own_pooling]),
    "raw": reading_raw,
    "rescaled": lambda network: rescaled(network, 4.0),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_changes_nothing_of_what_it_is_made_from(network, image, name):
    deepest = [network.names[-1]]
    before, state = network(image, deepest)[deepest[0]], digest({}, network.state_dict())
    other = VARIANTS[name](network)
    assert not torch.equal(other(image, deepest)[deepest[0]].double(), before)
    assert torch.equal(network(image, deepest)[deepest[0]], before)
    assert digest({}, network.state_dict()) == state
    assert not any(parameter.requires_grad for parameter in other.parameters())


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_the_same_in_a_variant_is_held_once(network, name):
    own = {parameter.data_ptr() for parameter in network.parameters()}
    shared = [parameter.data_ptr() in own for parameter in VARIANTS[name](network).parameters()]
    kernels = len(shared) // 2
    expected = {"precision": 0, "rescaled": kernels - 1}  # of which the first one is scaled, and all biases
    assert sum(shared) == expected.get(name, len(shared))
