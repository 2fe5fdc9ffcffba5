"""The contract that every registered backbone keeps. A new backbone is tested by existing."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.extents import Window, window_of
from scumble.backbones.layers import Conv, Pool
from scumble.errors import ImageError, PluginFailed

SIZES = [(71, 67), (97, 64), (80, 101)]


@pytest.fixture(scope="module", params=list(backbones))
def plain(request):
    """One of each, with random weights; not to be changed."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return backbones[request.param]()


@pytest.fixture(scope="module")
def seeing(plain):
    """The same with weights and pools that let every pixel through, so that what is seen can be seen."""
    network = copy.deepcopy(plain).double()
    for parameter in network.parameters():
        parameter.fill_(0.01)
    for layer in network.modules():
        if isinstance(layer, Pool):
            layer.kind = "average"
    return network


def dirty(network, size, pixel, names):
    """Return which positions down each layer see a row of pixels: those that are no number if it is none."""
    image = torch.full((1, 3, *size), 0.9, dtype=torch.float64)
    image[..., pixel, :] = torch.nan
    return {name: feature[0].isnan().any(0).any(1) for name, feature in network(image, names).items()}


@pytest.mark.parametrize("size", SIZES)
def test_the_stated_size_is_the_real_one(plain, size):
    features = plain(torch.rand(1, 3, *size), plain.names)
    for name in plain.names:
        assert features[name].shape[-2:] == plain.layer_size(name, *size)
        assert features[name].shape[1] == plain.extent(name).channels


def test_one_pixel_changes_the_positions_that_see_it_and_no_others(seeing):
    deepest = max(seeing.names, key=lambda name: seeing.extent(name).least)
    stride, before, after = seeing.receptive_field(deepest)
    high = before + after + 4 * stride
    for pixel in (high // 2, high // 2 + stride // 2 + 1, 0, high - 1):
        found = dirty(seeing, (high, seeing.smallest_side(deepest)), pixel, seeing.names)
        for name in seeing.names:
            apart, first, last = seeing.receptive_field(name)
            at = torch.arange(len(found[name])) * apart
            stated = (at - first <= pixel) & (pixel <= at + last)
            if pixel < high - 1:
                assert torch.equal(found[name], stated), name
            else:  # a pool drops an odd last row, and so may be seen less
                assert not (found[name] & ~stated).any(), name


def test_one_position_sees_the_pixels_that_it_says(seeing):
    for name in seeing.names:
        stride, before, after = seeing.receptive_field(name)
        side = before + after + 2 * stride
        image = torch.full(
            (1, 3, max(side, seeing.smallest_side(name)), seeing.smallest_side(name)),
            0.9,
            dtype=torch.float64,
        ).requires_grad_()
        feature = seeing(image, [name])[name]
        at = feature.shape[2] // 2
        (gradient,) = torch.autograd.grad(feature[0, 0, at, 0], image)
        pixels = torch.arange(image.shape[2])
        expected = (pixels >= at * stride - before) & (pixels <= at * stride + after)
        assert torch.equal(gradient[0].abs().sum((0, 2)) > 0, expected), name


def test_smallest_side_is_exact(plain):
    for name in plain.names:
        side = plain.smallest_side(name)
        assert min(plain(torch.zeros(1, 3, side, side + 3), [name])[name].shape) > 0
        if side > 1:
            with pytest.raises(ImageError):
                plain(torch.zeros(1, 3, side + 9, side - 1), [name])


def test_what_is_kept_is_told(plain):
    """Of a chain, a convolution right before its ReLU is kept as that; every other result by itself."""
    if not plain.chained:
        return
    then = [*[type(layer) for layer in plain.features][1:], None]
    kept = 0.0
    features = plain(torch.zeros(1, 3, 256, 256), plain.names)
    for name, layer, behind in zip(plain.names, plain.features, then, strict=True):
        if not (isinstance(layer, nn.Conv2d) and behind is nn.ReLU):
            kept += features[name].numel() / 256**2
        assert plain.extent(name).kept == pytest.approx(kept, rel=0.1)  # edges of AlexNet's layers


def test_the_same_twice_frozen_and_each_name_once(plain):
    image = torch.rand(1, 3, 70, 66)
    first, second = (plain(image, plain.names) for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in plain.names)
    assert not plain.training
    assert not any(parameter.requires_grad for parameter in plain.parameters())
    assert len(set(plain.names)) == len(plain.names)


def test_blocks_do_not_go_back(plain):
    blocks = [plain.block(name) for name in plain.names]
    assert blocks == sorted(blocks)
    assert blocks[0] == 1


class Shift(nn.Module):
    """A module that says nothing of what its positions see."""

    def forward(self, feature):
        return feature.roll(1, 2)


class Said(nn.Module):
    """A module that says it."""

    def forward(self, feature):
        return F.avg_pool2d(F.pad(feature, [2] * 4), 3, 1)

    def window(self):
        return Window(kernel=3, padding=2)


def made(*layers):
    """Return a backbone of these layers."""
    named = [(f"layer{number}", layer) for number, layer in enumerate([nn.Conv2d(3, 4, 3), *layers])]
    return type("Made", (Backbone,), {"build": classmethod(lambda _: named)})()


REFUSED = [
    Shift(),
    nn.Upsample(scale_factor=2),
    nn.AdaptiveAvgPool2d(4),
    nn.GroupNorm(2, 4),
    nn.MaxPool2d(3, 2, ceil_mode=True),
    nn.Conv2d(4, 4, (3, 1)),
    nn.Conv2d(4, 4, 3, padding=1, padding_mode="circular"),
    nn.ConvTranspose2d(4, 4, 2),
]


@pytest.mark.parametrize("layer", REFUSED, ids=str)
def test_a_layer_that_does_not_say_what_it_sees_is_refused_when_the_backbone_is_made(layer):
    with pytest.raises(PluginFailed, match=r"'layer1' is of type .*does not say what its positions see"):
        made(layer)


def test_two_layers_of_one_name_are_refused():
    named = [("one", Conv(3, 4)), ("one", nn.ReLU())]
    with pytest.raises(PluginFailed, match="two layers of the backbone are called 'one'"):
        type("Made", (Backbone,), {"build": classmethod(lambda _: named)})()


TAKEN = [
    Said(), nn.BatchNorm2d(4).eval(), nn.GELU(), nn.Conv2d(4, 6, 3, 2, dilation=2), nn.Conv2d(4, 4, 4, 3, padding=1),
    nn.Conv2d(4, 4, 5, padding="same"), Conv(4, 4, 5, padding="reflect"), nn.MaxPool2d(3, 2, 1), nn.AvgPool2d(3),
]  # fmt: skip


@pytest.mark.parametrize("layer", TAKEN, ids=str)
@pytest.mark.parametrize("high", [23, 24, 28])
def test_a_layer_that_says_so_is_believed_and_right(layer, high):
    network = made(layer, nn.Conv2d(window_of(layer, "").channels or 4, 2, 3, stride=2)).double()
    features = network(torch.rand(1, 3, high, 21, dtype=torch.float64), network.names)
    for name in network.names:
        assert features[name].shape[-2:] == network.layer_size(name, high, 21)
    least = network.smallest_side("layer2")
    assert min(network(torch.rand(1, 3, least, least, dtype=torch.float64), ["layer2"])["layer2"].shape) > 0
    if not isinstance(layer, nn.MaxPool2d):  # its padding is less than any number
        seen = dirty(network, (high, 21), 11, ["layer2"])["layer2"].nonzero().flatten()
        stride, before, after = network.receptive_field("layer2")
        assert seen[0] == max(0, -((after - 11) // stride))
        assert seen[-1] == min((11 + before) // stride, network.layer_size("layer2", high, 21)[0] - 1)
