"""Artefact measures: 0 for pictures without the fault or with what content and style have themselves."""

import pytest
import torch
from torch.nn import functional as F

from scumble.measures import MEASURES, names_of
from scumble.measures.border import border
from scumble.measures.clipped import clipped
from scumble.measures.dots import dots
from scumble.measures.speckle import median, speckle
from scumble.measures.tint import tint


def with_dots(image, period, amount=0.1):
    """Lighten every `period`-th pixel of every `period`-th row."""
    dotted = image.clone()
    dotted[..., ::period, ::period] += amount * period / 2
    return dotted.clamp(0, 1)


def with_frame(image, width=4, amount=-0.15):
    """Darken the edge."""
    framed = image + amount
    framed[..., width:-width, width:-width] = image[..., width:-width, width:-width]
    return framed.clamp(0, 1)


def with_salt(image, share=0.02, level=1.0):
    """Make single pixels white, or of another level."""
    hit = torch.rand(image.shape[-2:], generator=torch.Generator().manual_seed(2)) < share
    return torch.where(hit, level, image)


@pytest.mark.parametrize("name", names_of("artefact"))
def test_the_inputs_themselves_are_without_fault(name, photo, painting):
    measure = MEASURES[name]
    references = {"content": photo, "style": painting}
    for picture in (photo, painting)[: 1 if name == "border" else 2]:
        assert measure.function(picture, *(references[key] for key in measure.references)) == 0


@pytest.mark.parametrize("period", [2, 4, 8, 16])
def test_dots_are_seen_at_each_period(period, photo, painting):
    faint, strong = (dots(with_dots(photo, period, amount), photo, painting) for amount in (0.02, 0.1))
    assert strong > faint + 0.2
    assert strong > 0.5


@pytest.mark.parametrize("period", [2, 4, 8, 16])
@pytest.mark.parametrize("axis", [2, 3])
def test_stripes_are_seen(axis, period, photo, painting):
    wave = torch.cos(torch.arange(photo.shape[axis]) * 2 * torch.pi / period)
    weave = wave[:, None] if axis == 2 else wave
    assert dots(photo + 0.01 * period * weave, photo, painting) > 0.5


def test_a_weave_in_an_even_sky_is_seen_beside_texture(photo, painting, noise):
    sky = photo + 0.1 * noise
    sky[..., :64, :] = 0.6
    woven = sky.clone()
    woven[..., :64:4, :] += 2 / 255
    assert dots(woven, sky, painting) > 0.5


def test_dots_of_the_style_are_style(photo):
    assert dots(with_dots(photo, 4), photo, with_dots(photo.flip(2), 4)) < 0.1


def test_noise_is_no_grid(photo, painting, noise):
    assert dots((photo + 0.1 * noise).clamp(0, 1), photo, painting) < 0.3


def test_clipped_pixels_are_those_of_any_channel(photo, painting):
    picture = photo.clone()
    picture[0, 1, :24] = 0
    assert clipped(picture, painting) == pytest.approx(0.25)
    assert clipped(picture, picture) == 0
    assert clipped(torch.full_like(photo, 1 / 255), painting) == 0
    assert clipped(torch.ones_like(photo), painting) == 1


@pytest.mark.parametrize("amount", [-0.15, 0.15])
def test_a_frame_is_seen_but_the_contents_own_is_not_counted(amount, photo):
    framed = with_frame(photo, amount=amount)
    assert border(framed, photo) > 0.5
    assert border(framed, framed) == 0


def test_a_rough_edge_is_a_frame_too(photo, noise):
    rough = (photo + 0.1 * noise).clamp(0, 1)
    rough[..., 4:-4, 4:-4] = photo[..., 4:-4, 4:-4]
    assert border(rough, photo) > 0.5


def test_noise_everywhere_is_no_frame(photo, noise):
    assert border((photo + 0.1 * noise).clamp(0, 1), photo) < 0.2


def test_salt_is_speckle_and_a_large_bright_square_is_not(photo):
    salted, style = with_salt(photo), photo.flip(3)
    assert speckle(salted, photo, style) == pytest.approx(0.02, abs=0.006)
    assert speckle(salted, photo, with_salt(style, 0.05)) == 0
    assert speckle(with_salt(photo, level=0.0), photo, style) == pytest.approx(0.02, abs=0.006)
    square = photo.clone()
    square[..., 20:60, 20:60] = 1
    assert speckle(square, photo, style) < 0.002


def test_without_references_a_fault_counts_in_full(photo):
    salted, framed = with_salt(photo), with_frame(photo)
    assert speckle(salted) > speckle(salted, salted) == 0
    assert border(framed) > border(framed, framed) == 0
    assert dots(with_dots(photo, 4)) > 0.5
    assert clipped(torch.ones_like(photo)) == 1


def test_a_stray_color_is_tint_and_the_styles_is_not(photo, painting):
    stray = photo.clone()
    stray[..., :48, :] = torch.tensor([0.9, 0.0, 0.9]).view(1, 3, 1, 1)
    assert tint(stray, photo, painting) == pytest.approx(0.5, abs=0.01)
    assert tint(stray, photo, stray) == 0


def test_the_median_is_that_of_nine_sorted_pixels(noise):
    inner = F.unfold(noise.transpose(0, 1), 3).median(dim=1).values.view(1, 3, 94, 126)
    assert torch.equal(median(noise)[..., 1:-1, 1:-1], inner)
    assert median(noise)[0, 0, 0, 0] == F.pad(noise, (1, 1, 1, 1), mode="replicate")[0, 0, :3, :3].median()
