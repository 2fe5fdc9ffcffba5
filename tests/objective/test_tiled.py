"""The objective tile by tile, beside the same objective whole."""

from dataclasses import replace

import pytest
import torch

from scumble.backbones.base import backbones
from scumble.backbones.variants import computing
from scumble.errors import UsageError
from scumble.losses.base import Loss, losses
from scumble.objective.moments import central, gradient_of, raw_moments
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.tiles import cut, spans
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.regions.found import Regions


def drawn(seed, height, width):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=random)


def shares(height, width, number=3):
    random = torch.Generator().manual_seed(height)
    return torch.softmax(8 * torch.rand(1, number, height, width, dtype=torch.float64, generator=random), 1)


def both(network, options, size, side, regions=None):
    """Return the evaluations of an image whole and in tiles."""
    image, content = drawn(1, *size), drawn(2, *size)
    styles, weights = [drawn(3, 70, 90).square(), drawn(4, 101, 64)], [0.7, 0.3]
    pictures = Pictures(content, styles, weights, regions)
    whole = make_objective(network, options, pictures)(image)
    tiled = make_tiled_objective(network, options, pictures, side)(image)
    return whole, tiled


@pytest.mark.parametrize("size", [(96, 128), (97, 131), (33, 160)])
@pytest.mark.parametrize("side", [16, 48, 64])
def test_every_spot_belongs_to_one_tile(size, side):
    counts = torch.zeros(1, 1, *size)
    for tile in cut(size[0], size[1], side, 16, 20):
        tile.own(counts).add_(1)
        assert torch.equal(tile.inner(tile.read(counts), size), tile.own(counts))
    assert bool((counts == 1).all())


def test_tiles_reach_as_far_as_asked_and_no_further_than_the_picture():
    first, *_, last = spans(1000, 256, 16, 61)
    assert (first.outer_first, last.outer_last) == (0, 1000)
    for span in spans(1000, 256, 16, 61):
        assert span.outer_first in (0, span.first - 64)
        assert span.first % 16 == 0
        assert span.last - span.first <= 256


@pytest.mark.numeric
@pytest.mark.parametrize("size", [(96, 128), (97, 131)])
@pytest.mark.parametrize("regions", [False, True])
@pytest.mark.parametrize("preset", ["default", "painting"])
def test_our_recipes_are_the_same_in_tiles(network, size, regions, preset):
    whole_pictures = Regions(torch.ones(1, 1, 1, 1), (torch.ones(1, 1, 1, 1),) * 2)
    pair = Regions(shares(9, 12), (shares(7, 9), shares(10, 6))) if regions else whole_pictures
    if preset == "painting":  # places of the styles count as they are found again
        pair = replace(pair, repeats=(shares(4, 5)[:, :1], shares(6, 4)[:, :1]))
    whole, tiled = both(network, Options(preset=preset), size, 32, pair)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-9, atol=1e-14)
    assert tiled.layers.keys() == whole.layers.keys()
    for key, cost in whole.layers.items():
        torch.testing.assert_close(tiled.layers[key], cost, rtol=1e-9, atol=1e-14)
    torch.testing.assert_close(tiled.total, whole.total)
    assert tiled.parts.keys() == whole.parts.keys()
    for name in whole.parts:
        torch.testing.assert_close(tiled.parts[name], whole.parts[name])


def test_the_palette_is_that_of_whole_pictures_in_each_tile(network):
    """Each corner of the content has colors of its own; a tile that knew only those around it would pull harder."""
    image, content, style = drawn(1, 96, 128), drawn(2, 96, 128), 0.4 + 0.2 * drawn(3, 70, 90)
    content = 0.45 + 0.1 * content
    content[:, 0, :16, :16] += 0.3
    content[:, 2, -16:, -16:] += 0.3
    arguments = (
        network,
        Options(weight=dict.fromkeys(Options().weight, 0) | {"palette": 1}),
        Pictures(content, [style], [1.0]),
    )
    whole = make_objective(*arguments)(image)
    tiled = make_tiled_objective(*arguments, 32)(image)
    assert whole.total > 1e-3
    torch.testing.assert_close(tiled.total, whole.total)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("preset", ["gatys", "coursera", "vgg16-lbfgs", "noisy-content"])
def test_the_classics_are_the_same_in_tiles(network, preset):
    whole, tiled = both(network, Options(preset=preset, backbone="compact"), (80, 112), 48)
    torch.testing.assert_close(
        tiled.gradient, whole.gradient, rtol=1e-9, atol=1e-12 * float(whole.gradient.abs().max())
    )
    torch.testing.assert_close(tiled.total, whole.total)


@pytest.mark.parametrize(("name", "layer"), [("vgg16", "relu3_1"), ("alexnet", "relu5_1")])
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_other_networks_see_no_seams(name, layer, pooling):
    torch.manual_seed(0)
    network = backbones[name](pooling=pooling).double()
    options = Options(content_layers="relu2_1", style_layers=f"relu1_1,{layer}")
    whole, tiled = both(network, options, (150, 201), 64)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-7, atol=1e-12)


@pytest.mark.numeric
@pytest.mark.parametrize(("precision", "worst"), [(torch.float32, 1e-5), (torch.bfloat16, 1e-3)])
@pytest.mark.parametrize("regions", [False, True])
def test_in_the_precision_of_a_run_tiles_change_next_to_nothing(network, precision, worst, regions):
    network = computing(backbones["compact"](), precision)
    image, content, style = (drawn(seed, 192, 256).float() for seed in (1, 2, 3))
    pair = Regions(shares(24, 32, 2).float(), (shares(18, 20, 2).float(),)) if regions else None
    arguments = (network, Options(), Pictures(content, [style], [1.0], pair))
    whole, tiled = make_objective(*arguments)(image), make_tiled_objective(*arguments, 64)(image)
    error = (tiled.gradient - whole.gradient).norm() / whole.gradient.norm()
    assert error < worst


@pytest.mark.parametrize("name", [name for name in losses if losses[name].of_moments is not Loss.of_moments])
def test_a_statistic_of_moments_is_that_of_the_feature(name):
    loss = losses[name]()
    feature = torch.rand(1, 5, 12, 9, dtype=torch.float64)
    found = loss.of_moments(central(raw_moments(feature, None)))
    torch.testing.assert_close(found, loss.statistic(feature))


def test_moments_of_regions_and_their_gradient():
    feature = torch.rand(1, 4, 6, 5, dtype=torch.float64, requires_grad=True)
    labels = torch.randint(0, 3, (6, 5), generator=torch.Generator().manual_seed(0))
    masks = torch.stack([labels == region for region in range(3)])
    rows = torch.cat([feature[0].flatten(1).T, torch.ones(30, 1, dtype=torch.float64)], dim=1)
    expected = torch.stack([rows[labels.flatten() == k].T @ rows[labels.flatten() == k] for k in range(3)])
    torch.testing.assert_close(raw_moments(feature.detach(), masks), expected.detach())
    weights = torch.rand(3, 5, 5, dtype=torch.float64)
    (gradient,) = torch.autograd.grad((expected * weights).sum(), feature)
    torch.testing.assert_close(gradient_of(feature.detach(), masks, expected.detach(), weights), gradient)


@pytest.mark.numeric
def test_a_covariance_far_smaller_than_the_mean_keeps_its_digits():
    """In float32, 1000 + noise: the square of the mean is a million times the variance."""
    feature = 1000 + torch.rand(1, 2, 100, 100)
    found = losses["covariance"]().of_moments(central(raw_moments(feature, None)))
    torch.testing.assert_close(
        found[0, :, :2], torch.cov(feature[0].flatten(1).double(), correction=0), rtol=1e-3, atol=1e-5
    )


class Order(Loss):
    """A style loss that is no sum over positions."""

    reference = "style"

    def statistic(self, feature, _=None):
        return feature.flatten(2).sort(dim=2).values


def test_a_loss_that_is_no_sum_is_refused(network, monkeypatch):
    monkeypatch.setitem(losses._entries, "gram", Order)
    with pytest.raises(UsageError, match="the loss 'gram' is no sum over positions") as found:
        make_tiled_objective(
            network, Options(weight={"gram": 1}), Pictures(drawn(1, 32, 32), [drawn(2, 32, 32)], [1.0]), 32
        )
    assert (
        found.value.hint
        == "--weight.gram 0 leaves it out; a smaller --size, or --max-memory, paints it whole"
    )
