"""How much of the content's fine structure stays."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from scumble.api import stylize
from scumble.engine.detail import at_scale, content_share, detail_share
from scumble.options import Options
from scumble.plan.pyramid import Scale

DETAIL = st.floats(0, 100)
LARGE, SMALL = Scale(512, 384, 5), Scale(128, 96, 5)


@given(DETAIL, DETAIL, st.floats(0, 100))
def test_more_detail_is_never_less_content(one, other, strength):
    low, high = (Options(detail=each, strength=strength) for each in sorted((one, other)))
    assert detail_share(low) <= detail_share(high) <= 1
    assert content_share(low.detail, 4) <= content_share(high.detail, 4) <= 1


@given(st.floats(0, 100), st.floats(0, 100))
def test_more_strength_is_never_more_detail(one, other):
    low, high = sorted((one, other))
    assert detail_share(Options(strength=low)) >= detail_share(Options(strength=high))


def test_all_detail_is_the_content_s_up_to_the_middle_and_nobody_s_at_the_end():
    assert detail_share(Options(strength=0)) == detail_share(Options(strength=50)) == 1
    assert 0 < detail_share(Options(strength=80)) < 1
    assert detail_share(Options(strength=100)) == 0


def test_finer_scales_hold_on_to_less_of_the_content_and_to_nothing_else_less():
    options = Options(detail=50, weight={"content": 0.8, "masses": 1, "content-gatys": 2})
    weights = at_scale(options, LARGE, SMALL).weight
    assert (weights["content"], weights["content-gatys"]) == pytest.approx((0.2, 0.5))
    assert {name: weight for name, weight in weights.items() if not name.startswith("content")} == {
        name: weight for name, weight in options.weight.items() if not name.startswith("content")
    }


@pytest.mark.parametrize(("detail", "scale"), [(100, LARGE), (0, SMALL)])
def test_with_all_detail_and_at_the_coarsest_scale_nothing_changes(detail, scale):
    options = Options(detail=detail)
    assert at_scale(options, scale, SMALL) is options


@pytest.mark.usefixtures("weights")
def test_less_detail_is_less_of_the_photograph_close_up():
    """Lines of two pixels, which the coarsest scale does not see."""
    photo = torch.full((1, 3, 96, 128), 0.5)
    photo[..., 32:, ::4] = photo[..., 32:, 1::4] = 0.9
    painting = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    painting = torch.nn.functional.interpolate(painting, (96, 96), mode="nearest")

    def lines(detail):
        result = stylize(photo, painting, size=128, coarsest=32, steps=[3], detail=detail, regions="off")
        rows = torch.tensor(list(result.image.convert("L").get_flattened_data()), dtype=torch.float32)
        return float(rows.view(96, 128)[40:, 4:-4].diff(dim=1).abs().mean())

    assert lines(0) < lines(50) < lines(100)
