"""What is known before the run."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from scumble.errors import UsageError
from scumble.image.files import read_picture
from scumble.options import Options
from scumble.plan.plan import make_plan


def test_a_plan_knows_sizes_and_steps(content, style):
    plan = make_plan(Options(size=256, steps=(10, 5), coarsest=64), content, (style,), (1.0,))
    assert (plan.width, plan.height) == (256, 192)
    assert [scale.size for scale in plan.scales] == [(64, 48), (128, 96), (256, 192)]
    assert plan.steps == 10 + 5 + 5
    assert plan.start is None


def test_shares_sum_to_one(content, style):
    plan = make_plan(Options(), content, (style, style, style), (1.0, 1.0, 2.0))
    assert plan.shares == (0.25, 0.25, 0.5)


def test_style_weights_of_the_options_come_first(content, style):
    plan = make_plan(Options(style_weights="3,1"), content, (style, style), (1.0, 1.0))
    assert plan.shares == (0.75, 0.25)


def test_a_style_is_as_large_as_the_image(content, style):
    plan = make_plan(Options(size=256, coarsest=128), content, (style,), (1.0,))
    assert [plan.style_sizes(scale) for scale in plan.scales] == [[(128, 128)], [(256, 256)]]
    assert plan.size_at(content, 128) == (128, 96)


@given(st.integers(40, 3000), st.integers(40, 3000), st.integers(64, 1500))
def test_pictures_of_one_shape_have_one_size_at_every_scale(width, height, size):
    assume(max(width, height) <= 3 * min(width, height))  # a style that is a panorama may be larger
    picture = read_picture(Image.new("L", (width, height)))
    plan = make_plan(Options(size=size), picture, (picture,), (1.0,))
    assert all(plan.style_sizes(scale) == [scale.size] for scale in plan.scales)


def test_with_both_sides_given_styles_are_stretched_to_them(content, style):
    plan = make_plan(Options(size="256x100", coarsest=128), content, (style,), (1.0,))
    assert [plan.style_sizes(scale) for scale in plan.scales] == [[(128, 50)], [(256, 100)]]


def test_strength_0_takes_no_step(content, style):
    assert make_plan(Options(strength=0), content, (style,), (1.0,)).steps == 0


def test_a_style_that_is_a_panorama_keeps_a_side_that_the_network_can_read(content):
    wide, thin = (read_picture(Image.new("RGB", size)) for size in ((1000, 50), (5, 1000)))
    plan = make_plan(Options(size=128, coarsest=0), content, (wide,), (1.0,))
    assert plan.style_sizes(plan.scales[0]) == [(320, 16)]
    assert plan.size_at(thin, 128) == (5, 1000)  # never larger than it is


@pytest.mark.parametrize(
    ("count", "shares", "message"),
    [
        (0, (), "no style was given; at least one is needed"),
        (2, (1.0,), "got 1 style weight for 2 styles"),
        (1, (0.5, 0.5), "got 2 style weights for 1 style"),
        (2, (0.0, 0.0), r"the style weights are \(0.0, 0.0\); at least one must be above 0"),
    ],
)
def test_styles_and_weights_that_do_not_fit(content, style, count, shares, message):
    with pytest.raises(UsageError, match=message) as error:
        make_plan(Options(), content, (style,) * count, shares)
    assert error.value.exit_code == 2
