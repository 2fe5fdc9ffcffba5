"""Colors counted and moved, region by region and band by band."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from scumble.colors import distribution as colors
from scumble.colors.distribution import OKLAB, RGB, between, colors_of, moved, pooled, shares_at
from scumble.image.color import oklab

EYE, ZERO = torch.eye(3).double(), torch.zeros(3).double()


def noise(*size, seed=0):
    return torch.rand(1, *size, generator=torch.Generator().manual_seed(seed))


def parted(number, height=9, width=7):
    shares = noise(number, height, width, seed=1)
    return shares / shares.sum(1, keepdim=True)


@pytest.fixture(params=[1 << 18, 100, 1], ids="{}-pixels".format)
def band(monkeypatch, request):
    monkeypatch.setattr(colors, "BAND", request.param)


@pytest.mark.parametrize("size", [(30, 41), (5, 4), (9, 7)])
def test_shares_are_enlarged_as_the_whole_would_be(size):
    whole = F.interpolate(parted(3), size, mode="bilinear", align_corners=False)[0]
    for rows in (slice(0, size[0]), slice(1, 4), slice(size[0] - 1, size[0])):
        torch.testing.assert_close(shares_at(parted(3), size, rows), whole[:, rows])


@pytest.mark.usefixtures("band")
@pytest.mark.parametrize("space", [RGB, OKLAB], ids=["rgb", "oklab"])
def test_colors_are_weighted_means_and_covariances(space):
    image, shares = noise(3, 30, 41), parted(3, 30, 41)
    found = colors_of(image, shares, space)
    known = space.forth(image)[0].flatten(1).double().numpy()
    for region, weights in enumerate(shares[0].flatten(1).double().numpy()):
        assert float(found.weight[region]) == pytest.approx(weights.mean(), rel=1e-5)
        np.testing.assert_allclose(found.mean[region], known @ weights / weights.sum(), atol=1e-5)
        np.testing.assert_allclose(
            found.covariance[region], np.cov(known, aweights=weights, ddof=0), atol=1e-5
        )


def test_colors_of_two_pictures_mix_to_those_of_both_together():
    one, two, all_of_it = noise(3, 8, 8), noise(3, 8, 8, seed=2) / 2, torch.ones(1, 1, 1, 1)
    found = pooled([colors_of(each, all_of_it, RGB) for each in (one, two)], [0.5, 0.5])
    both = colors_of(torch.cat([one, two], dim=-1), all_of_it, RGB)
    for part in ("weight", "mean", "covariance"):
        torch.testing.assert_close(getattr(found, part), getattr(both, part))


@pytest.mark.usefixtures("band")
def test_each_region_s_map_moves_its_own_share():
    image, shares = noise(3, 30, 41), parted(2, 30, 41)
    maps = [(0.5 * EYE, ZERO + 0.1), (EYE, ZERO)]
    expected = image + 0.4 * shares[:, :1] * (0.1 - 0.5 * image)
    torch.testing.assert_close(moved(image, shares, maps, RGB, 0.4), expected)


@pytest.mark.usefixtures("band")
def test_the_amount_is_linear_in_the_coordinates():
    image = 0.3 + 0.3 * noise(3, 12, 9)
    whole, turn = torch.ones(1, 1, 1, 1), [(0.9 * EYE, ZERO + 0.03)]
    none, some, full = (oklab(moved(image, whole, turn, OKLAB, amount)) for amount in (0.0, 0.3, 1.0))
    torch.testing.assert_close(some, 0.7 * none + 0.3 * full, atol=1e-4, rtol=0)
    assert (full - none).abs().max() > 0.01


@pytest.mark.parametrize("space", [RGB, OKLAB], ids=["rgb", "oklab"])
def test_what_has_no_share_is_not_touched(space):
    shares = torch.zeros(1, 1, 30, 41)
    shares[..., :20] = 1
    image = noise(3, 30, 41)
    found = moved(image, shares, [(0.5 * EYE, ZERO)], space)
    assert torch.equal(found[..., 20:], image[..., 20:])
    assert (found[..., :20] - image[..., :20]).abs().min() > 0


@pytest.mark.usefixtures("band")
def test_between_two_pictures_each_coordinate_has_its_own_amount():
    one, two = 0.4 + 0.2 * noise(3, 12, 9), 0.4 + 0.2 * noise(3, 12, 9, seed=3)
    shares = torch.tensor([0.0, 0.25, 1.0]).view(1, 3, 1, 1)
    found = oklab(between(one, two, (0.0, 0.25, 1.0)))
    torch.testing.assert_close(found, torch.lerp(oklab(one), oklab(two), shares), atol=1e-4, rtol=0)


def test_between_equal_pixels_is_exactly_that():
    one, two = noise(3, 12, 9), noise(3, 12, 9)
    two[..., :4] = 0.5
    found = between(one, two, (0.5, 0.5, 0.5))
    assert torch.equal(found[..., 4:], one[..., 4:])
    assert not torch.equal(found[..., :4], one[..., :4])
    assert between(one, two, (1.0, 1.0, 1.0)) is two
