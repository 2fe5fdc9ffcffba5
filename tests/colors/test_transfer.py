"""The content in the style's colors."""

import pytest
import torch

from scumble.colors.transfer import color_map, recolored
from scumble.regions.found import Regions

from ..pictures import cloud


def colors_of(picture):
    pixels = picture[0].flatten(1).double()
    return pixels.mean(1), torch.cov(pixels, correction=0)


def test_mean_and_covariance_become_the_style_s():
    style = cloud(2, ((0.09, 0.0, 0.0), (-0.08, 0.06, 0.0), (0.0, 0.0, 0.1)), (0.45, 0.55, 0.5))
    found, expected = (colors_of(each) for each in (recolored(cloud(1), [style], [1.0], None, 1.0), style))
    torch.testing.assert_close(found[0], expected[0], atol=2e-3, rtol=0)
    torch.testing.assert_close(found[1], expected[1], atol=2e-3, rtol=0.1)


def test_a_picture_in_its_own_colors_is_itself():
    torch.testing.assert_close(recolored(cloud(1), [cloud(1)], [1.0], None, 1.0), cloud(1), atol=1e-5, rtol=0)


def test_the_amount_is_linear_and_nothing_at_nothing():
    content, style = cloud(1), cloud(2, mean=(0.4, 0.6, 0.5))
    none, half, full = (recolored(content, [style], [1.0], None, amount) for amount in (0.0, 0.5, 1.0))
    assert none is content
    torch.testing.assert_close(half, (content + full) / 2, atol=0.02, rtol=0)


def test_several_styles_give_the_moments_of_their_mixture():
    one, other = cloud(2, mean=(0.3, 0.5, 0.5)), cloud(3, mean=(0.7, 0.5, 0.5))
    found = colors_of(recolored(cloud(1), [one, other], [0.75, 0.25], None, 1.0))
    torch.testing.assert_close(found[0], torch.tensor([0.4, 0.5, 0.5]).double(), atol=0.01, rtol=0)
    assert found[1][0, 0] == pytest.approx(0.01 + 0.04 * 0.75, rel=0.2)  # 0.75 * 0.25 * 0.4^2 between the two


def test_each_region_takes_its_own_counterpart_s_colors():
    left = torch.zeros(1, 2, 40, 40)
    left[:, 0, :, :20] = left[:, 1, :, 20:] = 1
    style = torch.cat(
        [cloud(2, mean=(0.3, 0.4, 0.6))[..., :20], cloud(3, mean=(0.7, 0.6, 0.4))[..., 20:]], -1
    )
    found = recolored(cloud(1), [style], [1.0], Regions(left, (left.flip(-1),)), 1.0)
    assert colors_of(found[..., :20])[0].tolist() == pytest.approx([0.7, 0.6, 0.4], abs=0.01)
    assert colors_of(found[..., 20:])[0].tolist() == pytest.approx([0.3, 0.4, 0.6], abs=0.01)


def test_what_belongs_to_no_region_stays_exactly_as_it_is():
    left = torch.zeros(1, 1, 40, 40)
    left[..., :20] = 1
    found = recolored(cloud(1), [cloud(2, mean=(0.3, 0.4, 0.6))], [1.0], Regions(left, (left,)), 1.0)
    assert torch.equal(found[..., 20:], cloud(1)[..., 20:])
    assert colors_of(found[..., :20])[0].tolist() == pytest.approx([0.3, 0.4, 0.6], abs=0.01)


def test_a_region_that_a_style_has_nothing_of_stays_as_it_is():
    halves = torch.zeros(1, 2, 40, 40)
    halves[:, 0, :, :20] = halves[:, 1, :, 20:] = 1
    only_first = torch.stack([torch.ones(40, 40), torch.zeros(40, 40)])[None]
    found = recolored(cloud(1), [cloud(2, mean=(0.3, 0.4, 0.6))], [1.0], Regions(halves, (only_first,)), 1.0)
    torch.testing.assert_close(found[..., 20:], cloud(1)[..., 20:], atol=1e-6, rtol=0)
    assert (found[..., :20] - cloud(1)[..., :20]).abs().max() > 0.05


def test_what_does_not_count_has_no_say():
    content, hidden = cloud(1), torch.ones(1, 1, 40, 40)
    content[..., 20:], hidden[..., 20:] = 0, 0
    one = Regions(torch.ones(1, 1, 1, 1), (torch.ones(1, 1, 1, 1),))
    found = recolored(content, [cloud(2, mean=(0.3, 0.4, 0.6))], [1.0], one, 1.0, hidden)
    assert colors_of(found[..., :20])[0].tolist() == pytest.approx([0.3, 0.4, 0.6], abs=0.01)


def test_the_grain_of_a_flat_picture_is_not_blown_up():
    flat = 0.5 + 0.004 * torch.randn(1, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    assert float(recolored(flat, [cloud(2)], [1.0], None, 1.0).std((2, 3)).max()) < 0.02


def test_the_map_between_two_clouds_moves_one_onto_the_other():
    one, other = (colors_of(cloud(seed)) for seed in (1, 2))
    matrix, offset = color_map(one, other)
    torch.testing.assert_close(matrix @ one[1] @ matrix.T, other[1])
    torch.testing.assert_close(matrix @ one[0] + offset, other[0])
    torch.testing.assert_close(matrix, matrix.T)
    assert torch.linalg.eigvalsh(matrix).min() > 0
