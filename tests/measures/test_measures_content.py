"""Content measures: 1 for the content itself, blind to what style may change, lower the less is left of it."""

import pytest
import torch
from torch.nn import functional as F

from scumble.measures import MEASURES, names_of
from scumble.measures.afar import afar
from scumble.measures.edges import edges
from scumble.measures.layout import distances, layout
from scumble.measures.luma import blur, blurred_luma, luma
from scumble.measures.structure import structure

CONTENT = [MEASURES[name].function for name in names_of("content")]


@pytest.mark.parametrize("measure", CONTENT)
def test_a_picture_is_wholly_like_itself_and_like_no_other(measure, photo, painting):
    assert measure(photo, photo) == pytest.approx(1, abs=1e-6)
    other = F.interpolate(painting, photo.shape[-2:])
    assert measure(other, photo) < 0.6


@pytest.mark.parametrize("measure", CONTENT)
def test_less_is_left_under_more_noise(measure, photo, noise):
    rough = F.interpolate(F.avg_pool2d(noise, 4), scale_factor=4) * 4
    values = [measure(photo + amount * rough, photo) for amount in (0, 0.05, 0.15, 0.45)]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.2


@pytest.mark.parametrize("measure", CONTENT)
def test_squares_put_elsewhere_are_another_content(measure, photo):
    elsewhere = photo.roll((48, 64), (2, 3)).flip(3)
    assert measure(elsewhere, photo) < 0.7


@pytest.mark.parametrize("measure", CONTENT)
def test_another_hue_of_the_same_lightness_is_the_same_content(measure, photo):
    grey = luma(photo).expand(-1, 3, -1, -1)
    tinted = grey + torch.tensor([0.07152, -0.02126, 0]).view(1, 3, 1, 1)  # lightness stays
    assert measure(tinted, grey) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("measure", [edges, layout])
def test_inversion_and_contrast_keep_edges_and_layout(measure, photo):
    assert measure(1 - photo, photo) == pytest.approx(1, abs=1e-4)
    assert measure(0.3 + photo / 3, photo) == pytest.approx(1, abs=1e-3)


def test_structure_does_not_take_an_inverted_picture_for_the_same(photo):
    assert structure(1 - photo, photo) < 0.1


def test_structure_and_layout_are_symmetric(photo, noise):
    other = (photo + 0.2 * noise).clamp(0, 1)
    for measure in (structure, layout):
        assert measure(photo, other) == pytest.approx(measure(other, photo))


def test_edges_follow_the_angle_between_slopes():
    """A ramp against one that is turned: the squared cosine."""
    down, across = torch.meshgrid(torch.linspace(0, 1, 64), torch.linspace(0, 1, 64), indexing="ij")

    def ramp(degrees):
        angle = torch.deg2rad(torch.tensor(float(degrees)))
        plane = 0.3 + 0.3 * (across * angle.cos() + down * angle.sin())
        return plane.expand(1, 3, -1, -1)

    for degrees, expected in ((0, 1), (30, 0.75), (45, 0.5), (90, 0), (180, 1)):
        assert edges(ramp(degrees), ramp(0)) == pytest.approx(expected, abs=0.02)


def test_edges_of_a_flat_picture_agree_with_none(photo, noise):
    flat = torch.full_like(photo, 0.5)
    assert edges(flat, photo) == edges(flat + 1e-5 * noise, photo) == 0
    assert edges(photo, flat) == 1


def test_layout_of_a_flat_picture_is_like_a_flat_one_alone(photo):
    flat = torch.full_like(photo, 0.5)
    assert layout(flat, photo) == layout(photo, flat) == 0
    assert layout(flat, flat) == 1


def test_layout_compares_all_pairs_of_cells(photo):
    cells = F.adaptive_avg_pool2d(luma(photo), 64)[0, 0].double()
    first, last = cells[:4, :4], cells[60:, 60:]
    found = distances(photo)
    assert len(found) == 256 * 255 // 2
    assert float(found[254]) == pytest.approx(float((first - last).norm()))


def test_blur_keeps_the_mean_and_spreads_a_point():
    point = torch.zeros(1, 1, 41, 41)
    point[..., 20, 20] = 1
    spread = blur(point, 2.0)
    places = torch.arange(41.0) - 20
    assert float(spread.sum()) == pytest.approx(1, abs=1e-5)
    assert float((spread.sum((0, 1, 2)) * places**2).sum()) == pytest.approx(4, rel=0.05)


def test_structure_of_one_scale_is_the_mean_of_windows(photo, noise):
    """Wang's formula at each window of 11 x 11, written out."""
    a, b = photo[..., :20, :20], (photo + 0.1 * noise).clamp(0, 1)[..., :20, :20]
    places = torch.arange(11.0) - 5
    window = torch.exp(-(places[:, None] ** 2 + places**2) / (2 * 1.5**2)).flatten()
    window = (window / window.sum())[:, None]
    x, y = (F.unfold(blurred_luma(one, 0.003), 11)[0] for one in (a, b))  # (121, 100)
    mean_x, mean_y = (x * window).sum(0), (y * window).sum(0)
    variance_x, variance_y = ((x - mean_x) ** 2 * window).sum(0), ((y - mean_y) ** 2 * window).sum(0)
    shared = ((x - mean_x) * (y - mean_y) * window).sum(0)
    light = (2 * mean_x * mean_y + 1e-4) / (mean_x**2 + mean_y**2 + 1e-4)
    contrast = (2 * shared + 9e-4) / (variance_x + variance_y + 9e-4)
    assert structure(a, b) == pytest.approx(float((light * contrast).mean()), abs=1e-4)
    assert structure(a, b) < 0.95


def test_from_afar_what_is_redrawn_close_up_is_the_same(photo, noise):
    """Strokes of a few pixels, and another contrast; what lies elsewhere, or is inverted, is not."""
    large = F.interpolate(photo, scale_factor=4, mode="bilinear")
    redrawn = large + 0.1 * F.interpolate(noise, scale_factor=4)
    assert afar(redrawn, large) > 0.9 > structure(redrawn, large)
    assert afar(0.3 + large / 3, large) == pytest.approx(1, abs=1e-4)
    assert afar(1 - large, large) == pytest.approx(-1, abs=1e-4)


def test_from_afar_what_has_no_light_and_dark_is_like_its_like_alone(photo):
    even = torch.full_like(photo, 0.5)
    assert (afar(even, even), afar(even, photo), afar(photo, even)) == (1, 0, 0)
