"""The contract that every registered loss keeps. A new loss is tested by existing."""

import pytest
import torch

from scumble.losses.base import losses
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.options import Options

POWERS = {"content-gatys": 2, "content-coursera": 2, "gram-gatys": 4, "gram-keras": 4}
"""Losses in the units of their papers grow with the features by this power; all others are dimensionless."""


@pytest.fixture(params=list(losses))
def loss(request):
    return losses[request.param]()


@pytest.fixture(params=[name for name in losses if losses[name].reference == "style"])
def style_loss(request):
    return losses[request.param]()


@pytest.fixture(params=[name for name in losses if losses[name].reference == "content"])
def content_loss(request):
    return losses[request.param]()


@pytest.fixture
def feature(request):
    """Two features of five channels, or two pictures for a loss that reads the image."""
    kinds = [name for name in ("loss", "content_loss") if name in request.fixturenames]
    channels = 3 if any(request.getfixturevalue(name).on_image for name in kinds) else 5
    random = torch.Generator().manual_seed(1)
    return torch.rand(2, channels, 12, 9, dtype=torch.float64, generator=random)


@pytest.fixture
def left(feature):
    """A mask that selects the first four columns."""
    mask = feature.new_zeros(1, 1, *feature.shape[-2:])
    mask[..., :4] = 1
    return mask


def target_of(loss, reference, mask=None):
    statistic = loss.statistic(reference, mask).detach()
    return torch.zeros_like(statistic) if loss.reference == "none" else statistic


def value(loss, feature, target, mask=None):
    return loss.distance(loss.statistic(feature, mask), target).mean()


def assert_alike(loss, one, other, feature):
    """Two statistics are as far from a third, and the third from them: for sets no order is the right one."""
    third = loss.statistic(0.7 * feature.flip(1)[..., :5])
    torch.testing.assert_close(loss.distance(one, third), loss.distance(other, third))
    torch.testing.assert_close(loss.distance(third, one), loss.distance(third, other))
    torch.testing.assert_close(loss.distance(one, other), torch.zeros_like(loss.distance(one, other)))


def test_says_what_it_compares_with(loss):
    assert loss.reference in ("content", "style", "previous", "none") or (
        loss.reference == "pictures" and loss.on_image
    )


def test_is_a_scalar_and_zero_on_its_own_reference(loss, feature):
    same = torch.full_like(feature, 0.5) if loss.reference == "none" else feature
    result = value(loss, same, target_of(loss, same))
    assert result.shape == ()
    assert result == 0


def test_is_above_zero_elsewhere(loss, feature):
    assert value(loss, feature, target_of(loss, feature.flip(0) * 0.5)) > 0


def test_pulls_on_the_image(loss, feature):
    """A term whose gradient is zero is a feature that does nothing."""
    image = feature.clone().requires_grad_()
    value(loss, image, target_of(loss, feature.flip(0) * 0.5)).backward()
    assert image.grad.isfinite().all()
    assert (image.grad.flatten(1).abs().sum(1) > 0).all()


def test_masked_out_positions_get_no_gradient(loss, feature, left):
    image = feature.clone().requires_grad_()
    value(loss, image, target_of(loss, feature.flip(0) * 0.5, left), left).backward()
    assert image.grad[..., 4:].abs().sum() == 0
    assert image.grad[..., :4].abs().sum() > 0


def test_masked_out_positions_do_not_count(loss, feature, left):
    other = torch.where(left > 0, feature, 9.0)
    torch.testing.assert_close(loss.statistic(other, left), loss.statistic(feature, left))


def test_does_not_change_its_input(loss, feature, left):
    before, mask_before = feature.clone(), left.clone()
    target = target_of(loss, feature.flip(0), left)
    target_before = target.clone()
    value(loss, feature, target, left)
    assert torch.equal(feature, before)
    assert torch.equal(left, mask_before)
    assert torch.equal(target, target_before)


def test_a_batch_is_the_mean_of_its_images(loss, feature):
    target = target_of(loss, feature.flip(0) * 0.5)
    each = [value(loss, feature[i : i + 1], target[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(value(loss, feature, target), sum(each) / 2)


def test_images_of_a_batch_do_not_mix(loss, feature):
    """A Gram matrix over the whole batch would."""
    each = [loss.statistic(feature[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(loss.statistic(feature), torch.cat(each))


def test_a_mask_of_ones_changes_nothing(loss, feature):
    ones = feature.new_ones(1, 1, *feature.shape[-2:])
    torch.testing.assert_close(loss.statistic(feature, ones), loss.statistic(feature))


def test_a_mask_for_each_image_is_used_for_that_image(loss, feature, left):
    masks = torch.cat([left, 1 - left])
    expected = torch.cat([loss.statistic(feature[:1], left), loss.statistic(feature[1:], 1 - left)])
    torch.testing.assert_close(loss.statistic(feature, masks), expected)


def test_the_gradient_is_right(loss, feature):
    channels = 3 if loss.on_image else 2
    small = feature[:1, :channels, :4, :3].clone().requires_grad_()
    target = target_of(loss, feature[1:, :channels, :4, :3] * 0.7)
    assert torch.autograd.gradcheck(lambda image: value(loss, image, target), small)


def test_blank_pictures_give_finite_numbers(loss, feature):
    """Neither a division by 0 nor the root of 0."""
    for reference, start in ((torch.zeros_like(feature), feature), (feature, torch.zeros_like(feature))):
        image = start.clone().requires_grad_()
        result = value(loss, image, target_of(loss, reference))
        result.backward()
        assert result.isfinite()
        assert image.grad.isfinite().all()


@pytest.mark.parametrize("name", [name for name in losses if not losses[name].on_image])
def test_weights_mean_the_same_for_every_backbone(name, feature):
    """Features 7 times as large change nothing, or as the units of the paper say."""
    loss = losses[name]()
    target, larger = (target_of(loss, scale * feature.flip(0) * 0.5) for scale in (1, 7))
    expected = value(loss, feature, target) * 7 ** POWERS.get(name, 0)
    torch.testing.assert_close(value(loss, 7 * feature, larger), expected, rtol=1e-5, atol=0)


def test_style_statistics_do_not_grow_with_the_image(style_loss, feature):
    """Style weights tuned at 512 px hold at 4096 px."""
    larger = style_loss.statistic(feature.repeat(1, 1, 3, 2))
    assert_alike(style_loss, larger, style_loss.statistic(feature), feature)


def test_style_statistics_ignore_where_things_are(style_loss, feature):
    order = torch.randperm(12 * 9, generator=torch.Generator().manual_seed(2))
    shuffled = feature.flatten(2)[..., order].reshape_as(feature)
    assert_alike(style_loss, style_loss.statistic(shuffled), style_loss.statistic(feature), feature)


def test_content_statistics_do_not(content_loss, feature):
    feature[..., 0] *= 3
    assert value(content_loss, feature.flip(-1), target_of(content_loss, feature)) > 0


def test_a_masked_style_statistic_is_that_of_the_part(style_loss, feature, left):
    part = style_loss.statistic(feature[..., :4])
    assert_alike(style_loss, style_loss.statistic(feature, left), part, feature)


def test_only_the_proportions_of_a_style_mask_matter(style_loss, feature, left):
    soft = 0.2 + 0.6 * left
    torch.testing.assert_close(style_loss.statistic(feature, soft), style_loss.statistic(feature, soft / 2))
    pooled = torch.cat([feature, feature[..., :4], feature[..., :4], feature[..., :4]], dim=-1)
    assert_alike(style_loss, style_loss.statistic(feature, soft), style_loss.statistic(pooled), feature)


@pytest.mark.parametrize("name", [name for name in losses if losses[name]().fits_tiles])
def test_what_fits_tiles_is_the_same_in_tiles(name, network):
    """One that is not sets `fits_tiles = False`: its pictures are then painted whole."""
    random = torch.Generator().manual_seed(1)
    image, content, style = torch.rand(3, 1, 3, 97, 131, dtype=torch.float64, generator=random)
    options = Options(weight=dict.fromkeys(Options().weight, 0) | {name: 1.0})
    pictures = Pictures(content, [style], [1.0], previous=style)
    whole = make_objective(network, options, pictures)(image)
    tiled = make_tiled_objective(network, options, pictures, 32)(image)
    torch.testing.assert_close(tiled.total, whole.total)
    torch.testing.assert_close(
        tiled.gradient, whole.gradient, rtol=1e-7, atol=1e-12 * float(whole.total) + 1e-15
    )
