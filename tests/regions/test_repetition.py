"""What repeats in a style, and what occurs once."""

import pytest
import torch
from PIL import Image

from scumble.api import stylize
from scumble.engine.ground import Ground
from scumble.look import figures
from scumble.objective.layer_regions import counted
from scumble.options import Options
from scumble.regions.repetition import repetition
from scumble.runs.prepare import prepare


def weave(size=32, channels=6):
    """A feature that repeats in every place of a weave of six motifs, and a figure of other channels in it."""
    generator = torch.Generator().manual_seed(2)
    motif = torch.randn(channels, 4, 4, generator=generator)
    feature = motif.repeat(1, size // 4, size // 4)[None]
    feature[..., 12:17, 14:19] = torch.randn(1, channels, 5, 5, generator=generator)
    return feature


def test_what_repeats_counts_and_what_occurs_once_does_not():
    weights = repetition(weave())[0, 0]
    assert weights.shape == (32, 32)
    assert 0 <= float(weights.min()) <= float(weights.max()) <= 1
    assert float(weights[13:16, 15:18].mean()) < 0.2
    assert float(weights[22:, :].mean()) > 0.9


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (4, 4), (6, 6)])
def test_of_a_style_too_small_to_repeat_all_counts_alike(size):
    weights = repetition(torch.rand(1, 4, *size))
    assert weights.shape == (1, 1, *size)
    assert weights.isfinite().all()
    if max(size) < 8:
        assert (weights == 1).all()


def test_of_an_even_style_all_counts_alike():
    assert (repetition(torch.full((1, 4, 20, 20), 0.5)) == 1).all()


@pytest.mark.parametrize("dtype", [torch.bool, torch.float32])
def test_a_region_keeps_its_area_whatever_its_places_count(dtype):
    masks = torch.zeros(2, 12, 16, dtype=dtype)
    masks[0, :, :6], masks[1, :, 6:] = 1, 1
    weights = torch.linspace(0, 1, 8).expand(1, 1, 4, 8)
    found = counted(masks, weights)
    torch.testing.assert_close(found.sum((1, 2)), masks.sum((1, 2), dtype=torch.float32))
    assert (found[~masks.bool()] == 0).all()
    assert found[1, 0, 15] > found[1, 0, 7]


def test_a_region_of_figures_alone_is_left_out_and_divides_by_nothing():
    assert (counted(torch.ones(1, 4, 4), torch.zeros(1, 1, 2, 2)) == 0).all()


@pytest.mark.usefixtures("weights")
def test_figures_are_left_out_of_deep_layers_by_the_option_alone():
    photo = Image.effect_noise((64, 48), 80).convert("RGB")
    plan = prepare(photo, [photo.rotate(90)], Options(size=64, steps=1)).plan
    assert not getattr(Ground(plan).regions, "repeats", ())
    plan = prepare(photo, [photo.rotate(90), photo], Options(size=64, steps=1, figures=30)).plan
    found = Ground(plan).regions.repeats
    assert len(found) == 2
    assert all(0.3 - 1e-6 <= float(one.min()) <= float(one.max()) <= 1 for one in found)


@pytest.mark.usefixtures("weights")
def test_a_look_at_figures_shows_each_style_beside_itself():
    style = Image.effect_noise((200, 150), 60).convert("RGB")
    assert figures([style, style]).height > 1.9 * figures(style).height


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    "options", [{"style_turns": "90,flip"}, {"regions": 2}, {"bleed": 5}, {"regions": "off"}]
)
def test_figures_go_with_turns_regions_and_bleed(options):
    photo = Image.effect_noise((64, 48), 80).convert("RGB")
    made = [
        stylize(photo, photo.rotate(90), size=64, steps=2, figures=one, **options).image.tobytes()
        for one in (100, 0)
    ]
    assert made[0] != made[1]
