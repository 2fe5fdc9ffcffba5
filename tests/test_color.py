"""OkLab beside its author's figures."""

import pytest
import torch

from scumble.image.color import oklab


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
