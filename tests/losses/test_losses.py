"""Each formula against an independent one in NumPy; messages."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

from scumble.errors import UnknownName, UsageError
from scumble.losses.base import losses, mask_weights
from scumble.losses.gram import gram_matrix
from scumble.registry import names

RANDOM = np.random.default_rng(3)
IMAGE, REFERENCE = RANDOM.random((2, 6, 5, 7))  # (C, H, W) each


def rows(feature):
    return feature.reshape(len(feature), -1)  # (C, HW)


def content(a, b):
    return ((a - b) ** 2).mean() / b.var()


def content_gatys(a, b):
    return ((a - b) ** 2).sum() / 2


def content_coursera(a, b):
    channels, height, width = a.shape
    return ((a - b) ** 2).sum() / (4 * height * width * channels)


def gram(a, b):
    a, b = (rows(x) @ rows(x).T / rows(x).shape[1] for x in (a, b))
    return ((a - b) ** 2).sum() / (b**2).sum()


def gram_gatys(a, b):
    a, b = rows(a), rows(b)
    channels, positions = a.shape
    return ((a @ a.T - b @ b.T) ** 2).sum() / (4 * channels**2 * positions**2)


def covariance(a, b):
    a, b = rows(a), rows(b)
    of_a, of_b = np.cov(a, bias=True), np.cov(b, bias=True)
    squared_mean = (b.mean(1) ** 2).sum()
    floor = (1e-3 * squared_mean) ** 2  # what a blank style's covariance counts as
    means = ((a.mean(1) - b.mean(1)) ** 2).sum() / squared_mean
    return ((of_a - of_b) ** 2).sum() / ((of_b**2).sum() + floor) + means


def moments(a, b):
    a, b = (np.concatenate([rows(x).mean(1), rows(x).std(1)]) for x in (a, b))
    return ((a - b) ** 2).sum() / (b**2).sum()


@pytest.mark.parametrize(
    "formula", [content, content_gatys, content_coursera, gram, gram_gatys, covariance, moments]
)
def test_formula(formula):
    loss = losses[formula.__name__.replace("_", "-")]()
    image, reference = (torch.from_numpy(x)[None] for x in (IMAGE, REFERENCE))
    found = loss.distance(loss.statistic(image), loss.statistic(reference))
    assert float(found) == pytest.approx(formula(IMAGE, REFERENCE), rel=1e-6)


def test_gram_keras_divides_by_the_pixels_of_the_picture_at_every_layer():
    """For a layer at half size, 8 x 6, of a picture of 16 x 12; G is the plain sum over positions."""
    a, b = RANDOM.random((2, 4, 6, 8))
    height, width = 12, 16
    grams = [rows(x) @ rows(x).T for x in (a, b)]
    expected = ((grams[0] - grams[1]) ** 2).sum() / (4 * 3**2 * (height * width) ** 2)
    loss = losses["gram-keras"]()
    statistics = [loss.statistic(torch.from_numpy(x)[None]) for x in (a, b)]
    found = loss.factor(positions=6 * 8, pixels=height * width) * float(loss.distance(*statistics))
    assert found == pytest.approx(expected)


def test_other_losses_have_no_constant_of_their_own():
    assert all(losses[name]().factor(48, 192) == 1 for name in losses if name != "gram-keras")


def test_gram_gatys_takes_each_picture_by_its_own_size():
    loss = losses["gram-gatys"]()
    twice = torch.from_numpy(np.concatenate([REFERENCE, REFERENCE], axis=1))[None]
    image, reference = (torch.from_numpy(x)[None] for x in (IMAGE, REFERENCE))
    found = loss.distance(loss.statistic(image), loss.statistic(twice))
    torch.testing.assert_close(found, loss.distance(loss.statistic(image), loss.statistic(reference)))


def test_variation():
    across, down = np.diff(IMAGE, axis=2) ** 2, np.diff(IMAGE, axis=1) ** 2
    loss = losses["variation"]()
    statistic = loss.statistic(torch.from_numpy(IMAGE)[None])
    found = float(loss.distance(statistic, torch.zeros_like(statistic)))
    assert found == pytest.approx((across.sum() + down.sum()) / (2 * IMAGE.size))


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1)])
def test_variation_of_a_single_line_of_pixels(size):
    loss = losses["variation"]()
    image = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0))
    result = loss.distance(statistic := loss.statistic(image), torch.zeros_like(statistic))
    assert result.isfinite()
    assert (result > 0) == (max(size) > 1)


def test_the_weight_of_a_gradient_of_one_step_per_pixel_does_not_depend_on_size():
    ramps = [torch.arange(float(side)).expand(1, 1, side, side) / 100 for side in (50, 100)]
    loss = losses["variation"]()
    small, large = (loss.distance(s := loss.statistic(ramp), torch.zeros_like(s)) for ramp in ramps)
    torch.testing.assert_close(small, large, rtol=0.02, atol=0)


def test_range_costs_nothing_inside_and_grows_with_the_square_outside():
    loss = losses["range"]()
    values = torch.tensor([0.5, 3 / 255, 1.0, 1 + 3 / 255, -1.0]).view(1, 1, 1, -1)
    statistic = loss.statistic(values)
    excess = np.array([0, 0, 3 / 255, 6 / 255, -1 - 3 / 255])
    assert float(loss.distance(statistic, torch.zeros_like(statistic))) == pytest.approx(
        (excess**2).sum() / 5
    )


def row(*colors):
    """Return a picture of one row, (1, 3, 1, N)."""
    return torch.tensor(colors, dtype=torch.float64).T[None, :, None]


def test_palette_lets_be_what_lies_between_the_colors_of_the_pictures():
    loss = losses["palette"]()
    content, style = row((0.2, 0.2, 0.2), (0.6, 0.5, 0.5)), row((0.1, 0.1, 0.4))
    target = loss.joined(
        map(loss.statistic, (content, style))
    )  # r - g to 0.1, g - b from -0.3, b - r from -0.1 to 0.3
    free = row((0.9, 0.9, 0.9), (0.0, 0.0, 0.3), (0.5, 0.4, 0.6))
    assert float(loss.distance(loss.statistic(free), target)) == pytest.approx(0, abs=1e-12)
    stray = row((0.5, 0.5, 0.5), (0.5, 0.2, 0.5))  # r - g and g - b are 0.3 and -0.3
    assert float(loss.distance(loss.statistic(stray), target)) == pytest.approx(0.2**2 / 6)


def test_the_palette_of_bands_is_that_of_the_picture():
    loss = losses["palette"]()
    picture = torch.rand(1, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    bands = loss.joined(loss.statistic(band) for band in picture.split(2, dim=2))
    assert torch.equal(bands, loss.joined([loss.statistic(picture)]))
    assert bands.shape == (1, 3, 1, 2)


def test_a_covariance_of_a_blank_style_does_not_explode():
    blank = torch.full((1, 6, 5, 7), 0.5, dtype=torch.float64)
    image = torch.from_numpy(IMAGE)[None]
    loss = losses["covariance"]()
    assert loss.distance(loss.statistic(image), loss.statistic(blank)) < 1e5


def test_gram_matrix_is_symmetric_and_positive():
    matrix = gram_matrix(torch.from_numpy(IMAGE)[None])[0].numpy()
    np.testing.assert_allclose(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12


def test_relative_distance_of_a_vanishing_target_is_finite():
    assert losses["gram"]().distance(torch.ones(2, 3, 3), torch.zeros(2, 3, 3)).isfinite().all()


def test_mask_weights_sum_to_one():
    mask = torch.tensor([[0.0, 0.5], [1.0, 0.25]]).view(1, 1, 2, 2)
    weights = mask_weights(torch.zeros(1, 3, 2, 2), mask)
    torch.testing.assert_close(weights, mask / 1.75)
    torch.testing.assert_close(mask_weights(torch.zeros(1, 3, 2, 2), None), torch.full((1, 1, 2, 2), 0.25))


@pytest.mark.parametrize("name", [name for name in losses if losses[name].reference == "style"])
def test_a_mask_of_another_size(name):
    with pytest.raises(UsageError, match="the mask is 4 x 3 but the feature map 9 x 12") as error:
        losses[name]().statistic(torch.rand(1, 2, 12, 9), torch.ones(1, 1, 3, 4))
    assert error.value.exit_code == 2


def test_a_mask_that_selects_nothing():
    empty = torch.stack([torch.ones(1, 12, 9), torch.zeros(1, 12, 9)])
    with pytest.raises(UsageError, match="the mask selects no position of a 9 x 12 feature map"):
        losses["gram"]().statistic(torch.rand(2, 2, 12, 9), empty)


def test_an_unknown_name_says_what_was_meant():
    with pytest.raises(UnknownName, match="unknown loss 'gramm'; did you mean 'gram'") as error:
        losses["gramm"]
    assert (error.value.exit_code, error.value.hint) == (2, "--plugin FILE loads a loss of your own")


def test_every_loss_has_its_heading_in_the_guide():
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "losses.md").read_text(encoding="utf-8")
    headings = re.findall(r"^### `([\w-]+)`$", guide, re.MULTILINE)
    assert sorted(headings) == names("losses")


def test_masses_are_the_mean_of_nine_pixels_each_way():
    """Against a mean written out; beyond the edge there is nothing to be counted."""
    a, b = (
        torch.rand(1, 3, 13, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(n))
        for n in (1, 2)
    )
    luma = np.tensordot([0.299, 0.587, 0.114], (a - b)[0].numpy(), 1)
    means = [luma[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5].mean() for y in range(13) for x in range(16)]
    masses = losses["masses"]()
    assert float(masses.distance(masses.statistic(a), masses.statistic(b))) == pytest.approx(
        float(np.mean(np.square(means)))
    )


def test_masses_are_no_strokes_and_count_less_in_large_pictures():
    masses = losses["masses"]()
    even = torch.full((1, 3, 40, 40), 0.5)
    stripes, halves = even.clone(), even.clone()
    stripes[..., ::2] += 0.2
    stripes[..., 1::2] -= 0.2
    halves[..., :20] += 0.2
    halves[..., 20:] -= 0.2
    fine, coarse = (
        float(masses.distance(masses.statistic(one), masses.statistic(even))) for one in (stripes, halves)
    )
    assert fine < 0.03 * coarse
    assert masses.factor(100, 512 * 384) == 1
    assert masses.factor(100, 4096 * 3072) < 0.03


def test_fringes_are_free_in_light_and_dark_and_where_the_content_has_them():
    fringes = losses["fringes"]()
    random = torch.rand(1, 3, 8, 9, generator=torch.Generator().manual_seed(1))
    gray = random.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    cost = fringes.against(fringes.statistic(random))
    assert float(cost(fringes.statistic(random))) == 0
    assert float(cost(fringes.statistic(gray))) == pytest.approx(0, abs=1e-12)
    assert float(fringes.against(fringes.statistic(gray))(fringes.statistic(random))) > 0.01
