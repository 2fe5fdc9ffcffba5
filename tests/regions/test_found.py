"""Regions paired by themselves: what is found, and what it does to the cost and to the picture."""

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.backbones.weights import load_backbone
from scumble.errors import BadOption
from scumble.image.tensors import to_tensor
from scumble.losses.base import losses
from scumble.objective.compared import Compared
from scumble.objective.layer_regions import FEWEST, enough, in_layer, one_hot
from scumble.objective.partition import Partition
from scumble.objective.references import Pictures
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.plan.pyramid import pyramid
from scumble.regions.borders import along_edges, box
from scumble.regions.clusters import cluster, k_means
from scumble.regions.found import EVEN, Regions, find_regions, kinship, shares_of, without_small_ones

NOTHING = dict.fromkeys(Options().weight, 0)
SKY, FIELD = (90, 140, 220), (190, 150, 40)


def halves(left, right, side=96, seed=0):
    """Draw a picture whose left half is smooth and whose right half is rough, in two colors with some grain."""
    random = np.random.default_rng(seed)
    pixels = np.empty((side, side, 3))
    pixels[:, : side // 2] = left
    pixels[:, side // 2 :] = right
    pixels[:, side // 2 :] += random.normal(0, 40, (side, side - side // 2, 1))
    pixels += random.normal(0, 4, pixels.shape)
    return to_tensor(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))


def grain(side=96, seed=3):
    """Draw a picture that is the same everywhere."""
    pixels = np.random.default_rng(seed).normal(128, 30, (side, side, 3))
    return to_tensor(Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))


@pytest.fixture
def compact(weights):  # noqa: ARG001 (sets up)
    return load_backbone("compact")


def left_and_right(shares):
    """Return the region that most of each half belongs to, and how much of it does at least."""
    half = shares.shape[-1] // 2
    sides = [side.mean((0, 2, 3)) for side in (shares[..., :half], shares[..., half:])]
    return [int(side.argmax()) for side in sides], min(float(side.max()) for side in sides)


def test_a_half_and_half_picture_finds_its_halves(compact):
    found = find_regions(compact, halves(SKY, FIELD), [halves(SKY, FIELD, seed=1)], 2)
    for shares in (found.content, *found.styles):
        (left, right), least = left_and_right(shares)
        assert left != right
        assert least > 0.85
        torch.testing.assert_close(shares.sum(1), torch.ones_like(shares[:, 0]))
    assert left_and_right(found.content)[0] == left_and_right(found.styles[0])[0]


def test_left_to_itself_it_finds_none_across_the_halves(compact):
    found = find_regions(compact, halves(SKY, FIELD), [halves(SKY, FIELD, seed=1)], None)
    for shares in (found.content, *found.styles):
        halved = shares.unflatten(-1, (2, -1)).mean((0, 2, 4))  # (K, 2)
        assert (halved.max(1).values / halved.sum(1) > 0.7).all()


def test_swapped_halves_swap_the_pairs(compact):
    style = halves(SKY, FIELD, seed=1)
    found = find_regions(compact, halves(SKY, FIELD), [style, style.flip(-1)], 2)
    content, same, swapped = (left_and_right(one)[0] for one in (found.content, *found.styles))
    assert content == same
    assert content == swapped[::-1]


def test_swapped_colors_swap_the_pairs(compact):
    """Where both halves have one texture, color decides."""
    content = halves(SKY, FIELD)[..., :48]
    content = torch.cat(
        [content, content.flip(1)], dim=-1
    )  # one texture; red and blue exchanged on the right
    found = find_regions(compact, content, [content, content.flip(1)], 2)
    pairs, same, swapped = (left_and_right(one)[0] for one in (found.content, *found.styles))
    assert pairs == same
    assert pairs == swapped[::-1]


def test_regions_are_the_same_each_time(compact):
    pictures = halves(SKY, FIELD), [halves(FIELD, SKY, seed=1)]
    first, second = (find_regions(compact, *pictures, 3, seed=4) for _ in range(2))
    assert torch.equal(first.content, second.content)
    assert torch.equal(first.styles[0], second.styles[0])


def test_a_style_without_regions_of_its_own_is_one(compact):
    assert find_regions(compact, halves(SKY, FIELD), [grain()], None) is None


def test_a_content_without_regions_is_one(compact):
    assert find_regions(compact, grain(), [halves(SKY, FIELD)], None) is None
    assert find_regions(compact, torch.full((1, 3, 64, 64), 0.5), [halves(SKY, FIELD)], None) is None


def test_a_region_without_a_counterpart_joins_another():
    content = torch.tensor([[0.0, 0.0], [0.1, 0.0], [5.0, 0.0], [5.1, 0.0], [0.0, 9.0], [0.0, 9.1]])
    style = torch.tensor([[0.0, 0.1], [5.0, 0.1]])
    centers = without_small_ones(torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 9.0]]), [content, style])
    assert centers.tolist() == [[0.0, 0.0], [5.0, 0.0]]


def test_shares_are_those_of_the_nearest_center():
    shares = shares_of(torch.tensor([[0.0], [1.0], [10.0]]), torch.tensor([[0.0], [10.0]]))
    assert shares.sum(1).tolist() == pytest.approx([1, 1, 1])
    assert shares[0, 0] > 0.99
    assert shares[2, 1] > 0.99


def test_kinship_is_the_scatter_between_regions():
    places = torch.tensor([[0.0], [2.0], [10.0], [12.0]])
    halved = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert kinship(places, halved) == pytest.approx(25 / (26 + EVEN))
    assert kinship(places, torch.full((4, 2), 0.5)) == pytest.approx(0, abs=1e-6)


def interpolated(shares, size):
    return torch.nn.functional.interpolate(shares, size, mode="bilinear")


def blobs():
    random = torch.Generator().manual_seed(0)
    centers = torch.tensor([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
    return torch.cat([center + torch.randn(40, 2, generator=random) for center in centers])


def test_clusters_are_found_and_counted():
    assert len(cluster(blobs(), 6, 0.6, seed=0)) == 3
    assert len(cluster(blobs(), 2, 0.6, seed=0)) == 2
    assert len(cluster(blobs(), 5, 1.0, seed=0)) == 5
    centers, scatter = k_means(blobs(), 3, seed=0)
    expected = torch.stack([part.mean(0) for part in blobs().split(40)])
    assert torch.cdist(centers, expected).min(1).values.max() < 1e-4
    assert scatter == pytest.approx(2, rel=0.2)


def test_equal_points_are_one_cluster():
    assert len(cluster(torch.ones(20, 3), 4, 0.9, seed=0)) <= 2
    assert k_means(torch.ones(20, 3), 3, seed=0)[1] == 0


def soft_shares(height=6, width=8):
    random = torch.Generator().manual_seed(2)
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=random).softmax(1)


@pytest.mark.parametrize("name", [name for name in losses if losses[name].reference == "style"])
def test_a_split_feature_is_compared_as_with_hard_masks(name):
    loss, partition = losses[name](), Partition(one_hot(soft_shares(), (15, 21)))
    if not loss.fits_tiles:
        pytest.skip("it may sample positions, others where there are more of them")
    feature = torch.rand(1, 4, 15, 21, dtype=torch.float64, generator=torch.Generator().manual_seed(5))
    labels = interpolated(soft_shares(), (15, 21)).argmax(1)
    one, other = (feature.clone().requires_grad_() for _ in range(2))
    for region, (part, weights) in enumerate(partition.split(one)):
        assert weights is None
        mask = (labels == region)[:, None].double()
        plain = loss.statistic(other, mask)
        torch.testing.assert_close(loss.statistic(part), plain)
        (loss.statistic(part).square().sum() + plain.square().sum()).backward(retain_graph=True)
    torch.testing.assert_close(one.grad, other.grad)
    assert partition.counts == [int((labels == region).sum()) for region in range(3)]


def test_a_layer_too_coarse_for_its_regions_is_compared_as_a_whole(network):
    """At 32 px, relu5_1 has four positions."""
    options = Options(style_layers="relu1_1,relu5_1", weight=NOTHING | {"covariance": 1, "variation": 1})
    content, style = (torch.rand(1, 3, 32, 32, dtype=torch.float64) for _ in range(2))
    objective = make_objective(
        network, options, Pictures(content, [style], [1.0], Regions(soft_shares(), (soft_shares(),)))
    )
    regions = {term.layer: (term.by_region, len(term.shares)) for term in objective.terms}
    assert regions == {"relu1_1": (True, 3), "relu5_1": (False, 1), "image": (False, 1)}


def test_a_region_needs_positions_in_the_content_and_in_the_styles_together():
    fine, coarse = one_hot(soft_shares(), (15, 21)), one_hot(soft_shares(), (2, 2))
    assert enough(fine, [fine], [1.0]).all()
    assert enough(fine, [coarse, fine], [0.5, 0.5]).all()
    assert not enough(fine, [coarse, fine], [1.0, 0.0]).all()
    assert not enough(fine, [coarse], [1.0]).any()
    assert not enough(coarse, [fine], [1.0]).any()
    assert fine.sum((1, 2)).min() >= FEWEST > coarse.sum((1, 2)).min()


def test_regions_weigh_by_their_area_and_styles_by_their_share(network):
    options = Options(style_layers="relu1_1", weight=NOTHING | {"covariance": 1})
    random = torch.Generator().manual_seed(1)
    content, one, other, image = (
        torch.rand(1, 3, 24, 32, dtype=torch.float64, generator=random) for _ in range(4)
    )
    regions = Regions(soft_shares(), (soft_shares(), soft_shares().flip(-1)))
    loss, labels_of = (
        losses["covariance"](),
        lambda shares: interpolated(shares, (24, 32)).argmax(1, keepdim=True),
    )
    of_image, of_one, of_other = (network(each, ["relu1_1"])["relu1_1"] for each in (image, one, other))
    total = torch.zeros(())
    for region in range(3):
        mask, *masks = ((labels_of(each) == region).double() for each in (regions.content, *regions.styles))
        pool = torch.cat([0.75 * masks[0], 0.25 * masks[1]], dim=-1)
        target = loss.statistic(torch.cat([of_one, of_other], dim=-1), pool)
        total = total + mask.mean() * loss.distance(loss.statistic(of_image, mask), target).squeeze()
    evaluation = make_objective(network, options, Pictures(content, [one, other], [0.75, 0.25], regions))(
        image
    )
    torch.testing.assert_close(evaluation.total, total)


def test_borders_follow_the_edges_of_the_picture():
    """Coarse shares with their border at 40 of 64, on a picture whose edge is at 34."""
    picture = torch.zeros(1, 3, 32, 64)
    picture[..., 34:] = 1
    coarse = torch.zeros(1, 2, 4, 8)
    coarse[:, 0, :, :5] = coarse[:, 1, :, 5:] = 1
    fine = along_edges(coarse, picture)
    torch.testing.assert_close(fine.sum(1), torch.ones(1, 32, 64))
    assert (fine[0, 0, :, 20:33] > 0.5).all()
    assert (fine[0, 0, :, 35:44] < fine[0, 0, :, 20:33].min()).all()
    assert fine[0, 0, :, :20].min() > 0.9
    assert fine[0, 1, :, 55:].min() > 0.9


def test_without_edges_borders_stay_where_they_are():
    coarse = soft_shares().float()
    flat = along_edges(coarse, torch.full((1, 3, 48, 64), 0.5))
    assert (flat - interpolated(coarse, (48, 64))).abs().max() < 0.25
    assert (flat - box(box(interpolated(coarse, (48, 64))))).abs().max() < 1e-4


@pytest.mark.parametrize("asked", ["9", "0", "auto2", "on", ""])
def test_other_numbers_of_regions_are_refused(asked):
    with pytest.raises(BadOption, match=r"regions is .*it should be auto, off, or 1 to 8"):
        Options(regions=asked)


@pytest.mark.parametrize("drawn", [True, False])
def test_what_is_cut_off_is_in_no_region(network, drawn):
    compared = Compared(Options(style_layers="relu1_1,relu2_1", bleed=4), network)
    regions = Regions(soft_shares(), (soft_shares(),), drawn)
    fine, coarse = (
        in_layer(regions, compared, layer, (64, 80), [(64, 64)]) for layer in ("relu1_1", "relu2_1")
    )
    for layer, margins in ((fine, (3, 2)), (coarse, (1, 1))):
        for masks, margin in zip((layer.content, *layer.styles), margins, strict=True):
            assert not masks[:, :margin].any()
            assert not masks[..., -margin:].any()
            assert masks[:, margin:-margin, margin:-margin].any(0).all()
        assert sum(layer.areas) == pytest.approx(1, abs=0.02)


def test_what_does_not_count_of_a_layer_is_its_bleed(network):
    assert Compared(Options(preset="gatys", backbone="compact"), network).margin((512, 512)) == 0
    (scale,) = pyramid(512, 384, (1,), 0, bleed=2)
    across, down = scale.canvas
    for stride in (1, 2, 4, 8, 16):
        margin = Compared(Options(bleed=2), network).margin((down // stride, across // stride))
        assert abs(margin * stride - scale.bleed) <= stride / 2 + 1
    assert Compared(Options(bleed=25), network).margin((2, 100)) == 0
