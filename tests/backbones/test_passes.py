"""Passes over a layer's numbers, beside torch's plain operations."""

import pytest
import torch
from torch import nn

from scumble.backbones.layers import Conv
from scumble.backbones.passes import LARGE, add_to, halved, repeat_edges, where_positive

pytestmark = pytest.mark.numeric
SIZES = [(16, 12, 10), (16, 192, 256)]  # of the second, the numbers are more than LARGE
PRECISIONS = [torch.float32, torch.bfloat16]


def drawn(size, precision, seed=0):
    random = torch.Generator().manual_seed(seed)
    feature = torch.randn(1, *size, generator=random)
    return feature.to(precision, memory_format=torch.channels_last)


def test_one_of_the_sizes_is_large():
    few, many = (channels * height * width for channels, height, width in SIZES)
    assert few < LARGE <= many


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", SIZES)
def test_a_gradient_passes_where_the_result_is_above_0(size, precision):
    gradient, result = drawn(size, precision), drawn(size, precision, seed=1).relu()
    result[..., 0] = -0.0
    expected = torch.where(result > 0, gradient, 0)
    wide = nn.functional.pad(gradient, (1, 1, 1, 1)).contiguous(memory_format=torch.channels_last)
    assert torch.equal(where_positive(wide[..., 1:-1, 1:-1], result), expected)
    assert torch.equal(where_positive(gradient, result), expected)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", SIZES)
def test_a_sum_of_gradients_is_the_sum(size, precision):
    one, other = drawn(size, precision), drawn(size, precision, seed=1)
    expected = one + other
    wide = nn.functional.pad(one, (1, 1, 1, 1)).contiguous(memory_format=torch.channels_last)
    assert torch.equal(add_to(wide[..., 1:-1, 1:-1], other), expected)
    assert torch.equal(add_to(one.clone(), other), expected)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", [1, 2])
def test_repeated_edges_are_those_of_torch(size, precision, width):
    feature = drawn(size, precision)
    expected = nn.functional.pad(feature, [width] * 4, "replicate")
    assert torch.equal(repeat_edges(feature, width), expected)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("size", [*SIZES, (16, 193, 257)])
def test_means_of_squares_are_those_of_torch(size, precision):
    feature = drawn(size, precision)
    assert torch.equal(halved(feature), nn.functional.avg_pool2d(feature, 2))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("padding", ["zeros", "replicate", "reflect"])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_rectified_convolution_is_its_relu(precision, padding, stride):
    torch.manual_seed(0)
    conv = Conv(3, 16, stride=stride, padding=padding).to(precision)
    conv.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    conv.requires_grad_(False)
    feature = drawn((3, 20, 24), precision)
    worst = 1e-5 if precision == torch.float32 else 2e-2
    torch.testing.assert_close(conv.rectified(feature), conv(feature).relu(), rtol=worst, atol=worst)
