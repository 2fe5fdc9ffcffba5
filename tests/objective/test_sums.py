"""Covariances and means of regions, beside masked statistics under autograd."""

import pytest
import torch

from scumble.losses.base import losses
from scumble.objective.partition import Partition, Whole
from scumble.objective.sums import BLOCK, LayerMoments

pytestmark = pytest.mark.numeric
PLAIN = losses["covariance"]()


def drawn(*shape, seed=0):
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def hard(height, width):
    labels = torch.randint(0, 3, (height, width), generator=torch.Generator().manual_seed(1))
    return torch.stack([labels == region for region in range(3)])


def soft(height, width):
    weights = drawn(2, height, width, seed=2)
    return torch.where(weights < 0.3, 0, weights)


def both(masks, feature, center, margin=0):
    """Return moments and gradients of a random sum over them, ours and autograd's."""
    ours, theirs = feature.clone().requires_grad_(), feature.double().requires_grad_()
    layout = Whole(margin) if masks is None else Partition(masks)
    found = LayerMoments(layout, center)(ours)
    each = [None] if masks is None else [mask[None, None].double() for mask in masks]
    inner = theirs[..., margin : theirs.shape[2] - margin, margin : theirs.shape[3] - margin]
    expected = torch.cat([PLAIN.statistic(inner, mask) for mask in each])
    weights = drawn(*expected.shape, seed=3)
    gradients = (torch.autograd.grad((each * weights).sum(), leaf)[0]
                 for each, leaf in ((found, ours), (expected, theirs)))  # fmt: skip
    return found, expected, *gradients


@pytest.mark.parametrize("masks", [None, hard, soft])
@pytest.mark.parametrize("size", [(7, 5), (64, 48), (37, 41)])
def test_moments_and_gradient_are_those_of_masked_statistics(masks, size):
    masks = masks and masks(*size)
    feature = drawn(1, 4, *size, seed=4).to(memory_format=torch.channels_last)
    center = drawn(1 if masks is None else len(masks), 4, seed=5)
    found, expected, ours, theirs = both(masks, feature, center)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("masks", [None, hard, soft])
def test_a_layer_of_several_blocks_is_the_sum_of_all(masks):
    masks = masks and masks(511, 193)
    feature = drawn(1, 16, 511, 193, seed=4).to(memory_format=torch.channels_last)
    assert feature.numel() > 3 * BLOCK
    center = 4 + drawn(1 if masks is None else len(masks), 16, seed=5)  # what is not left out is seen
    margin = 9 if masks is None else 0
    found, expected, ours, theirs = both(masks, feature, center, margin)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("size", [(7, 5), (64, 48), (256, 192)])
@pytest.mark.parametrize("precision", [torch.float64, torch.float32])
def test_an_edge_that_does_not_count_has_no_gradient(size, precision):
    least = 1e-8 if precision == torch.float64 else 1e-7
    feature = drawn(1, 16, *size, seed=4).to(precision, memory_format=torch.channels_last)
    found, expected, ours, theirs = both(None, feature, torch.full((1, 16), 0.5, dtype=precision), margin=1)
    torch.testing.assert_close(found, expected, check_dtype=False, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(ours, theirs, check_dtype=False, rtol=1e-4, atol=least)
    assert not ours[..., 0].any()
    assert not ours[:, :, -1].any()
    mask = torch.zeros(1, *size, dtype=torch.bool)
    mask[:, 1:-1, 1:-1] = True
    masked, _, gradient, _ = both(mask, feature, torch.full((1, 16), 0.5, dtype=precision))
    torch.testing.assert_close(masked, found)
    torch.testing.assert_close(gradient, ours, rtol=1e-4, atol=least)


@pytest.mark.parametrize("masks", [None, hard, soft])
@pytest.mark.parametrize("size", [(24, 32), (192, 256)])
def test_sums_of_bfloat16_are_as_exact_as_those_of_float32(masks, size):
    """As in a sky: the spread is far smaller than the mean, and the center no number of bfloat16."""
    masks = masks and masks(*size)
    feature = (1 + 0.05 * drawn(1, 16, *size, seed=6)).bfloat16().to(memory_format=torch.channels_last)
    center = torch.full((1 if masks is None else len(masks), 16), 1.0237)
    found, expected, ours, theirs = both(masks, feature, center)
    error = (found - expected)[..., :-1].norm() / expected[..., :-1].norm()
    assert error < 1e-5
    torch.testing.assert_close(found[..., -1], expected[..., -1], check_dtype=False, rtol=1e-6, atol=0)
    cosine = torch.nn.functional.cosine_similarity(ours.double().flatten(), theirs.double().flatten(), dim=0)
    assert cosine > 0.9999


def test_any_center_gives_the_same():
    feature = drawn(1, 3, 20, 30, seed=7)
    one, other = (LayerMoments(Whole(), drawn(1, 3, seed=seed))(feature) for seed in (8, 9))
    torch.testing.assert_close(one, other)


def test_a_small_region_beside_a_large_one_has_its_own_moments():
    masks = torch.zeros(2, 50, 60, dtype=torch.bool)
    masks[0, :2, :5] = True
    masks[1] = ~masks[0]
    feature = drawn(1, 3, 50, 60, seed=10)
    found = LayerMoments(Partition(masks), torch.zeros(2, 3, dtype=torch.float64))(feature)
    rows = feature[0, :, :2, :5].flatten(1)
    torch.testing.assert_close(found[0, :, -1], rows.mean(1))
    torch.testing.assert_close(found[0, :, :-1], torch.cov(rows, correction=0))
