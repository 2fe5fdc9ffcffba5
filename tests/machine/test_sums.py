"""Sums and pictures that are the same for any number of threads."""

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.api import stylize
from scumble.backbones.layers import Conv
from scumble.machine.arithmetic import is_fused
from scumble.machine.device import use_threads
from scumble.machine.sums import BLOCK, total
from scumble.optimizers.lbfgs import dot

pytestmark = pytest.mark.numeric
THREADS = (1, 2, 3, 5)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def on_each(compute):
    """Return what is computed with each number of threads."""
    found = []
    for threads in THREADS:
        with use_threads(threads):
            found.append(compute())
    return found


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 17])
def test_the_total_is_the_sum(size):
    numbers = drawn(size)
    torch.testing.assert_close(total(numbers), numbers.double().sum().float(), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 3, 86, 128), (1, 3, 301, 517), (1, 3, 768, 1024)])
def test_totals_and_products_are_the_same_for_any_number_of_threads(size):
    one, other = drawn(*size), drawn(*size, seed=1)
    for found in (on_each(lambda: total(one)), on_each(lambda: dot(one, other))):
        assert all(torch.equal(each, found[0]) for each in found)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("size", [(32, 64, 42, 64), (64, 64, 21, 32), (128, 128, 21, 32), (32, 32, 65, 43)])
def test_the_way_back_is_the_same_for_any_number_of_threads(size, precision):
    inputs, outputs, height, width = size
    gradient = drawn(1, outputs, height, width).to(precision).to(memory_format=torch.channels_last)
    if not is_fused(gradient):
        pytest.skip("promised for fused operations alone")
    conv = Conv(inputs, outputs, padding="replicate").to(precision)
    conv.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    feature = gradient.new_empty(1).expand(1, inputs, height, width)
    found = on_each(lambda: conv.requires_grad_(False).pull_back(gradient.clone(), feature))
    assert all(torch.equal(each, found[0]) for each in found)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_picture_is_the_same_for_any_number_of_threads(precision):
    random = np.random.default_rng(0)
    content, style = (
        Image.fromarray(random.integers(0, 255, (9, 12, 3), np.uint8)).resize((128, 86)) for _ in range(2)
    )
    half = torch.bfloat16 if precision == "bfloat16" else torch.float32
    if not is_fused(torch.zeros(1, dtype=half)):
        pytest.skip("promised for fused operations alone")
    options = {"size": 128, "steps": (6, 4), "device": "cpu", "precision": precision}
    one, other = (stylize(content, style, threads=threads, **options).image for threads in (1, 2))
    assert np.array_equal(np.asarray(one), np.asarray(other))
