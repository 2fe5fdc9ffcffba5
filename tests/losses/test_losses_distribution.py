"""Losses of whole distributions: formulas beside NumPy, and what each can see."""

import numpy as np
import pytest
import torch

from scumble.losses import quantiles
from scumble.losses.base import losses
from scumble.losses.nearest import PLACES, sample
from scumble.losses.quantiles import LEVELS, QuantileMeans, deal, groups_for
from scumble.losses.sampling import shuffled
from scumble.losses.sliced_wasserstein import random_directions
from scumble.objective.compared import Compared
from scumble.objective.references import Pictures
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.regions.found import Regions

RANDOM = np.random.default_rng(4)
BY_RANK = ["histogram", "sliced-wasserstein"]
ALL = [*BY_RANK, "nearest"]


def feature(*shape):
    return RANDOM.gamma(0.7, size=shape)  # skewed, as activations are


def distance(name, image, reference, mask=None):
    """Return how far (C, H, W) is from another, in double precision."""
    loss = losses[name]()
    image, reference = (torch.from_numpy(np.ascontiguousarray(x))[None] for x in (image, reference))
    return float(loss.distance(loss.statistic(image, mask), loss.statistic(reference)))


def quantile_means(values):
    """Of 64 m values: the means of runs of m sorted ones, (K, 64)."""
    return np.sort(values, axis=1).reshape(len(values), LEVELS, -1).mean(2)


def transport(a, b):
    a, b = quantile_means(a), quantile_means(b)
    of_a, of_b = a.mean(1, keepdims=True), b.mean(1, keepdims=True)
    rest = (((a - of_a) - (b - of_b)) ** 2).sum() / LEVELS
    spread = ((b - of_b) ** 2).sum() / LEVELS + 1e-3 * (of_b**2).sum()
    return 4 * rest / spread + ((of_a - of_b) ** 2).sum() / (of_b**2).sum()


def histogram(a, b):
    return transport(*(x.reshape(len(x), -1) for x in (a, b)))


def sliced_wasserstein(a, b):
    directions = random_directions(len(a)).numpy()
    return transport(*(directions.T @ x.reshape(len(x), -1) for x in (a, b)))


def nearest(a, b):
    def directions(x):
        rows = x.reshape(len(x), -1).T
        rows = rows - rows.mean(0)
        square = (rows**2).sum(1, keepdims=True)
        return rows / np.sqrt(square + 0.01 * square.mean())

    pairs = ((directions(a)[:, None] - directions(b)) ** 2).sum(2) / 2
    return (pairs.min(1).mean() + pairs.min(0).mean()) / 2


@pytest.mark.parametrize("formula", [histogram, sliced_wasserstein, nearest])
def test_formula(formula):
    a, b = feature(6, 16, 16), feature(6, 8, 24)  # 4 and 3 values for each level
    found = distance(formula.__name__.replace("_", "-"), a, b)
    assert found == pytest.approx(formula(a, b), rel=1e-6)


def test_quantile_means_of_a_number_of_values_that_levels_do_not_divide():
    """Each level takes its share of the values at its ends."""
    values, shares = RANDOM.random((2, 3, 50)), RANDOM.random((2, 3, 50))
    shares /= shares.sum(-1, keepdims=True)
    found = QuantileMeans.apply(*map(torch.from_numpy, (values, shares))).numpy()
    fine = np.linspace(0, 1, 640_001)[1:] - 0.5 / 640_000
    for one, weights, means in zip(
        values.reshape(6, 50), shares.reshape(6, 50), found.reshape(6, -1), strict=True
    ):
        order = one.argsort()
        function = one[order][np.searchsorted(weights[order].cumsum(), fine).clip(max=49)]
        np.testing.assert_allclose(means, function.reshape(LEVELS, -1).mean(1), atol=1e-4)


def test_the_mean_of_all_levels_is_the_mean():
    values = torch.rand(5, 37, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = QuantileMeans.apply(values, torch.full_like(values, 1 / 37))
    torch.testing.assert_close(found.mean(1), values.mean(1))


@pytest.mark.parametrize("count", [5, 64, 200])
def test_the_gradient_of_quantile_means(count):
    random = torch.Generator().manual_seed(count)
    values = torch.rand(2, count, dtype=torch.float64, generator=random).requires_grad_()
    shares = torch.rand(2, count, dtype=torch.float64, generator=random)
    shares /= shares.sum(1, keepdim=True)
    assert torch.autograd.gradcheck(lambda values: QuantileMeans.apply(values, shares), values)


def texture(height, width, seed):
    """Blobs of one kind in five channels, (5, height, width)."""
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, 5, height + 6, width + 6, dtype=torch.float64, generator=random)
    return torch.nn.functional.avg_pool2d(noise, 7, 1)[0].relu().numpy()


@pytest.mark.parametrize("name", ALL)
def test_two_sizes_of_one_texture_are_near_and_another_texture_is_not(name):
    one, larger = texture(48, 48, 1), texture(96, 120, 2)
    other = texture(96, 120, 2)[[0, 0, 0, 1, 1]] ** 2
    assert distance(name, one, larger) < 0.25 * distance(name, one, other)


def correlated(share):
    """Two channels, each uniform by itself, that rise together to a degree."""
    first = np.tile(np.arange(64) / 64, 32)
    second = first.copy()
    RANDOM.shuffle(second[: int(len(second) * (1 - share))])
    return np.stack([first, second]).reshape(2, 32, 64)


def test_the_histogram_is_blind_to_which_channels_rise_together_and_the_others_are_not():
    apart, together = correlated(0.0), correlated(1.0)
    assert distance("histogram", apart, together) == pytest.approx(0, abs=1e-12)
    assert distance("sliced-wasserstein", apart, together) > 0.1
    assert distance("nearest", apart, together) > 0.1


@pytest.mark.parametrize("name", BY_RANK)
def test_more_than_two_moments_are_seen(name):
    """Two values or a bell: mean, variance and so `covariance` are the same."""
    bell = RANDOM.normal(size=(1, 64, 64))
    bell = 2 + (bell - bell.mean()) / bell.std()
    two = 2 + np.where(np.arange(4096) % 2, 1.0, -1.0).reshape(1, 64, 64)
    assert distance("covariance", bell, two) < 1e-12
    assert distance(name, bell, two) > 0.1


def test_nearest_wants_all_of_the_style_and_nothing_else():
    """Half of the style's kinds of places, or places of another kind: either is far from it."""
    kinds = np.eye(8)[:, RANDOM.integers(0, 8, 400)].reshape(8, 20, 20)
    half = np.eye(8)[:, RANDOM.integers(0, 4, 400)].reshape(8, 20, 20)
    assert distance("nearest", kinds[:, ::-1], kinds) == pytest.approx(0, abs=1e-12)
    assert distance("nearest", half, kinds) > 0.1
    assert distance("nearest", kinds, half) > 0.1


@pytest.fixture
def few(monkeypatch):
    """Distributions of 1000 values are enough."""
    monkeypatch.setattr(quantiles, "ENOUGH", 1000)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", BY_RANK)
def test_where_positions_are_dealt_all_are_pulled_and_the_distance_is_about_the_same(name, monkeypatch):
    loss = losses[name]()
    image, reference = (torch.from_numpy(texture(60, 61, seed)[:4])[None] for seed in (1, 2))
    ramp = torch.linspace(0, 2, 60, dtype=torch.float64)[:, None]  # what is above is not what is below
    image, reference = (image.square() * ramp).requires_grad_(), reference * ramp
    dealt = loss.distance(loss.statistic(image), loss.statistic(reference))
    (gradient,) = torch.autograd.grad(dealt.sum(), image)
    assert bool((gradient.abs().sum(1) > 0).all())
    monkeypatch.setattr(quantiles, "ENOUGH", 10_000)
    whole = loss.distance(loss.statistic(image), loss.statistic(reference))
    torch.testing.assert_close(dealt, whole, rtol=0.1, atol=0)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", ALL)
def test_a_mask_counts_where_positions_are_sampled(name):
    of_two = np.concatenate([texture(60, 60, 1), 9 + 0 * texture(60, 60, 1)], axis=2)
    mask = torch.zeros(1, 1, 60, 120, dtype=torch.float64)
    mask[..., :60] = 0.5
    alone, masked = texture(60, 60, 1), distance(name, of_two, texture(60, 60, 2), mask)
    assert masked == pytest.approx(distance(name, alone, texture(60, 60, 2)), rel=0.2)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", ALL)
def test_a_mask_that_selects_a_few_of_many_positions(name):
    whole = torch.from_numpy(texture(60, 60, 1))[None]
    mask = torch.zeros(1, 1, 60, 60, dtype=torch.float64)
    mask[..., 20:24, 30:33] = 1
    found, part = losses[name]().statistic(whole, mask), losses[name]().statistic(whole[..., 20:24, 30:33])
    torch.testing.assert_close(
        losses[name]().distance(found, part), torch.zeros(1).double(), atol=1e-3, rtol=0
    )


def test_a_deal_is_fair_and_the_same_each_time():
    dealt = deal(1003, 8, torch.device("cpu"))
    assert dealt.shape == (8, 126)
    assert sorted(dealt.flatten().tolist()) == [*range(1003), *[1003] * 5]
    shuffled.cache_clear()
    assert torch.equal(deal(1003, 8, torch.device("cpu")), dealt)


@pytest.mark.parametrize("directions", [1, 3, 24, 64, 192])
@pytest.mark.parametrize("positions", [1, 2048, 2049, 10**6])
def test_groups_divide_the_directions(positions, directions):
    groups = groups_for(positions, directions)
    assert directions % groups == 0
    assert positions <= groups * quantiles.ENOUGH or directions % (2 * groups)


def test_no_random_numbers_of_the_caller_are_used():
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    shuffled.cache_clear()
    random_directions.cache_clear()
    for name in ALL:
        distance(name, texture(60, 60, 1), texture(50, 50, 2))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_sample_takes_places_as_often_as_their_shares_say():
    shares = torch.ones(4 * PLACES)
    shares[: 2 * PLACES] = 3
    places, counts = sample(shares / shares.sum())
    assert len(places.unique()) == PLACES
    assert int((places < 2 * PLACES).sum()) == pytest.approx(0.75 * PLACES, rel=0.05)
    assert bool((counts == 1 / PLACES).all())


def test_random_directions_are_as_many_as_channels_and_of_length_1():
    assert [random_directions(channels).shape[1] for channels in (3, 64, 65, 512)] == [64, 64, 128, 512]
    torch.testing.assert_close(random_directions(65).norm(dim=0), torch.ones(128, dtype=torch.float64))


def drawn(seed, height, width):
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def only(name, **options):
    return Options(weight=dict.fromkeys(Options().weight, 0) | {name: 1}, **options)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("shares", [[1.0], [0.7, 0.3]])
def test_in_regions_and_with_several_styles_of_other_sizes(network, name, shares):
    random = torch.Generator().manual_seed(5)
    regions = [torch.rand(1, 2, 6, 8, dtype=torch.float64, generator=random) for _ in range(3)]
    styles = [drawn(3, 70, 90).square(), drawn(4, 101, 64)][: len(shares)]
    parted = Regions(regions[0], tuple(regions[1 : len(shares) + 1]))
    content, image = drawn(2, 64, 96), drawn(1, 64, 96)
    objective = make_objective(network, only(name), Pictures(content, styles, shares, parted))
    assert any(term.by_region for term in objective.terms)
    first, again = objective(image), objective(image)
    assert first.total > 0
    assert first.gradient.abs().sum() > 0
    assert torch.equal(first.gradient, again.gradient)


@pytest.mark.parametrize("name", ALL)
def test_a_style_that_is_the_picture_itself_costs_nothing(network, name):
    image = drawn(1, 96, 96)
    each = torch.rand(1, 2, 6, 6, generator=torch.Generator().manual_seed(0)).double()
    parted = Regions(each, (each,))
    for regions in (None, parted):
        objective = make_objective(network, only(name), Pictures(image, [image], [1.0], regions))
        assert float(objective(image).total) == pytest.approx(0, abs=1e-12)


def test_nearest_reads_deep_layers_with_the_weight_of_all(network):
    options = only("nearest", style_layers="relu1_1=0.5,relu3_1=0.3,relu4_1=0.1")
    shares = Compared(options, network).layers["nearest"]
    assert shares == pytest.approx({"relu3_1": 0.675, "relu4_1": 0.225})
    shallow = only("nearest", style_layers="relu1_1")
    assert Compared(shallow, network).layers["nearest"] == {"relu1_1": 1}
    every = only("histogram", style_layers="relu1_1=0.5,relu3_1=0.3,relu4_1=0.1")
    assert Compared(every, network).layers["histogram"] == pytest.approx(every.style_layers)
