"""OkLab beside its author's figures."""

import pytest
import torch

from scumble.image.color import from_oklab, into_gamut, light_of, oklab


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [
        ((1, 0, 0), (0.6280, 0.2249, 0.1258)),
        ((0, 1, 0), (0.8664, -0.2339, 0.1795)),
        ((0, 0, 1), (0.4520, -0.0325, -0.3115)),
        ((0, 0, 0), (0, 0, 0)),
    ],
)
def test_primaries_have_their_known_coordinates(rgb, expected):
    found = oklab(torch.tensor(rgb, dtype=torch.float32).view(1, 3, 1, 1)).flatten()
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float32), atol=2e-3, rtol=0)


def test_grays_have_no_color_and_grow_lighter():
    lightness, a, b = oklab(torch.linspace(0, 1, 20).view(1, 1, 1, 20).expand(1, 3, 1, 20))[0, :, 0]
    assert (lightness.diff() > 0).all()
    assert max(a.abs().max(), b.abs().max()) < 1e-3


def vivid():
    """Draw OkLab colors of every lightness and hue, most of them beyond what a screen shows."""
    random = torch.Generator().manual_seed(0)
    lightness = 0.02 + 0.96 * torch.rand(1, 1, 20, 30, generator=random)
    return torch.cat([lightness, 0.6 * torch.rand(1, 2, 20, 30, generator=random) - 0.3], dim=1)


def test_what_can_be_shown_goes_there_and_back():
    image = torch.rand(1, 3, 20, 30, generator=torch.Generator().manual_seed(1))
    for back in (from_oklab, into_gamut):
        torch.testing.assert_close(back(oklab(image)), image, atol=1e-4, rtol=0)


def test_what_cannot_be_shown_keeps_lightness_and_hue():
    wanted = vivid()
    found = oklab(into_gamut(wanted))
    torch.testing.assert_close(found[:, 0], wanted[:, 0], atol=2e-3, rtol=0)
    length, was = found[:, 1:].norm(dim=1), wanted[:, 1:].norm(dim=1)
    assert (length <= was + 2e-3).all()
    across = found[:, 1] * wanted[:, 2] - found[:, 2] * wanted[:, 1]  # 0 where hues are the same
    assert (across / was).abs().max() < 2e-3


def test_no_more_chroma_is_lost_than_must_be():
    wanted = vivid()
    found = oklab(into_gamut(wanted))
    light = light_of(torch.cat([found[:, :1], 1.02 * found[:, 1:]], dim=1))
    at_the_border = ((light < 0) | (light > 1)).any(1)
    unchanged = (found - wanted).abs().amax(1) < 2e-3
    assert (at_the_border | unchanged).all()
    assert 0.1 < unchanged.float().mean() < 0.9


@pytest.mark.parametrize(("lightness", "level"), [(-0.2, 0.0), (1.3, 1.0)])
def test_beyond_black_and_white_there_is_nothing(lightness, level):
    lab = torch.tensor([lightness, 0.1, -0.1]).view(1, 3, 1, 1)
    assert into_gamut(lab).flatten().tolist() == pytest.approx([level] * 3, abs=1e-3)
