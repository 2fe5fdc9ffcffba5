"""Several styles, and what is taken from each: layers, size, part, turned copies."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.api import stylize
from scumble.engine.forecast import forecast
from scumble.errors import BadOption, UsageError
from scumble.objective.compared import Compared
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.regions.found import Regions
from scumble.regions.turns import turned, with_turns
from scumble.runs.prepare import prepare
from scumble.runs.styles import Style

from ..pictures import difference

TINY: dict[str, Any] = {"size": 64, "coarsest": 32, "steps": (8, 6), "threads": 1, "device": "cpu"}
NOTHING = dict.fromkeys(Options().weight, 0)


def drawn(seed, height=32, width=48):
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def stripes(period, side=96, low=60, high=200):
    """Draw upright stripes, `period` pixels wide together."""
    wave = (np.arange(side) // (period // 2)) % 2
    row = np.where(wave[:, None], high, low).repeat(3, axis=1)
    return Image.fromarray(np.broadcast_to(row, (side, side, 3)).astype(np.uint8))


def targets(network, options, styles, shares):
    objective = make_objective(network, options, Pictures(drawn(1), styles, shares))
    return {term.layer: term.target for term in objective.terms if term.loss.reference == "style"}


def test_each_style_gives_the_layers_that_it_was_asked_for(network):
    """One's fine layers and another's coarse ones, each as if it were alone."""
    weight = NOTHING | {"covariance": 1}
    options = Options(style_layers="relu1_1=0.7,relu2_1=0.3;relu3_1=0.5", weight=weight)
    one, other = drawn(2), drawn(3).square()
    found = targets(network, options, [one, other], [0.8, 0.2])
    fine = targets(network, Options(style_layers="relu1_1,relu2_1", weight=weight), [one], [1.0])
    coarse = targets(network, Options(style_layers="relu3_1", weight=weight), [other], [1.0])
    assert found.keys() == {"relu1_1", "relu2_1", "relu3_1"}
    for layer, target in (fine | coarse).items():
        torch.testing.assert_close(found[layer], target)
    assert Compared(options, network, [0.8, 0.2]).layers["covariance"] == pytest.approx(
        {"relu1_1": 0.7, "relu2_1": 0.3, "relu3_1": 0.5}
    )


def test_layers_with_a_region_that_only_the_other_style_has(network):
    """relu1_1 belongs to the first style, and the second region to the second: there it is left out."""
    one, other = torch.ones(1, 2, 1, 1, dtype=torch.float64), torch.ones(1, 2, 1, 1, dtype=torch.float64)
    one[:, 1] = other[:, 0] = 0
    half = torch.zeros(1, 2, 32, 48, dtype=torch.float64)
    half[:, 0, :, :24] = half[:, 1, :, 24:] = 1
    options = Options(style_layers="relu1_1;relu2_1", weight=NOTHING | {"covariance": 1})
    arguments = (
        network,
        options,
        Pictures(drawn(1), [drawn(2), drawn(3)], [0.5, 0.5], Regions(half, (one, other), True)),
    )
    whole = make_objective(*arguments)
    assert {term.layer: len(term.shares) for term in whole.terms} == {"relu1_1": 1, "relu2_1": 1}
    torch.testing.assert_close(
        make_tiled_objective(*arguments, 16)(drawn(4)).gradient,
        whole(drawn(4)).gradient,
        rtol=1e-8,
        atol=1e-13,
    )


@pytest.mark.usefixtures("weights")
def test_to_swap_the_layers_of_two_styles_is_to_paint_another_picture(content, style):
    one, other = stripes(8), style
    pictures = [
        stylize(content, styles, regions="off", **TINY)
        for styles in (
            [Style(one, layers="relu1_1,relu2_1"), Style(other, layers="relu3_1,relu4_1")],
            [Style(one, layers="relu3_1,relu4_1"), Style(other, layers="relu1_1,relu2_1")],
        )
    ]
    assert difference(*(picture.image for picture in pictures)) > 5
    again = stylize(
        content, [one, other], style_layers="relu1_1,relu2_1;relu3_1,relu4_1", regions="off", **TINY
    )
    assert difference(again.image, pictures[0].image) == 0


def test_a_forecast_knows_the_layers_of_each_style(content, style, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    plan = prepare(content, [style, style], style_layers="relu1_1;relu2_1", size=64, steps=1).plan
    assert forecast(plan).seconds > 0


def test_layers_for_another_number_of_styles(content, style):
    with pytest.raises(BadOption, match="style_layers are given for 2 styles, not for 3"):
        prepare(content, [style] * 3, style_layers="relu1_1;relu2_1")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style_scale": (1, 2)}, "got 2 style scales for 1 style"),
        ({"style_crop": "0,0,1,1;0,0,1,1"}, "got 2 style crops for 1 style"),
        ({"style_crop": "0.5,0,0.5,1"}, "style_crop is 0.5,0,0.5,1; left must be less than right"),
    ],
)
def test_what_one_style_cannot_have(content, style, options, message):
    with pytest.raises((UsageError, BadOption), match=message.replace(".", r"\.")):
        prepare(content, style, **options)


def test_a_style_says_for_itself_what_options_say_for_all(content, style):
    styles = [Style(style, layers="relu1_1,relu2_1", scale=2, crop=(0, 0, 0.5, 1)), Style(style, weight=3)]
    plan = prepare(content, styles, size=64).plan
    assert plan.options.style_scale == (2.0, 1.0)
    assert plan.options.style_layers == ({"relu1_1": 0.5, "relu2_1": 0.5}, Options().style_layers)
    assert [picture.rgb.size for picture in plan.styles] == [(30, 60), (60, 60)]
    assert plan.style_sizes(plan.scales[-1]) == [(64, 128), (64, 64)]
    assert plan.shares == (0.25, 0.75)
    assert prepare(content, styles, style_scale=3).plan.options.style_scale == (3.0,)


def test_a_crop_is_that_part_alone(content, style):
    part = style.rgb.crop((30, 0, 60, 60))
    cropped, whole = (
        stylize(content, given, size=48, steps=3, coarsest=0, style_crop=crop)
        for given, crop in ((style, "0.5,0,1,1"), (part, ()))
    )
    assert np.array_equal(np.asarray(cropped.image), np.asarray(whole.image))


def test_turned_copies_share_the_weight_of_their_style():
    styles, shares, regions = with_turns(
        [drawn(1), drawn(2)], [0.6, 0.4], Regions(drawn(3), (drawn(4), drawn(5))), ["180", "flip"]
    )
    assert shares == pytest.approx([0.15] * 4 + [0.1] * 4)
    assert torch.equal(styles[1], drawn(1).flip((2, 3)))
    assert torch.equal(styles[3], drawn(1).flip(2))
    assert torch.equal(regions.styles[6], drawn(5).flip(3))


def test_with_all_turns_a_style_has_no_direction(network):
    options = Options(style_turns="90,180,270,flip", weight=NOTHING | {"covariance": 1})
    first, *others = (targets(network, options, [copy], [1.0]) for copy in turned(drawn(2), ["90", "flip"]))
    for other in others:
        for layer in first:
            torch.testing.assert_close(other[layer], first[layer])


@pytest.mark.numeric
@pytest.mark.usefixtures("weights")
def test_turns_paint_strokes_across(content):
    """Upright stripes alone change across; with a turned copy the picture changes as much down."""
    ways = []
    for turns in ((), ("90",)):
        found = stylize(content, stripes(8), strength=100, start="noise", style_turns=turns, **TINY)
        lightness = np.asarray(found.image.convert("L"), float)
        ways.append(np.abs(np.diff(lightness, axis=0)).mean() / np.abs(np.diff(lightness, axis=1)).mean())
    assert ways[0] < 0.65  # of six noises in two precisions 0.47 to 0.54, and with turns 0.76 to 0.85
    assert ways[1] > ways[0] + 0.15


def wavelength(image):
    """Return the length of the strongest wave across, in pixels."""
    lightness = np.asarray(image.convert("L"), float)
    power = (np.abs(np.fft.rfft(lightness - lightness.mean(), axis=1)) ** 2).mean(0)
    return image.width / power.argmax()


@pytest.mark.numeric
@pytest.mark.usefixtures("weights")
def test_larger_strokes_have_longer_waves(content):
    options = {**TINY, "size": 96, "strength": 100, "start": "noise"}
    one, two = (
        wavelength(stylize(content, stripes(8), style_scale=scale, **options).image) for scale in (1, 2)
    )
    assert two / one > 1.2  # of three noises in two precisions 1.29 to 1.8: the picture has few waves


@pytest.mark.numeric
@pytest.mark.usefixtures("weights")
def test_half_and_half_lies_between(content):
    """Of a red and a blue style, by their own statistics and in the picture."""
    red, blue = (
        np.random.default_rng(seed).integers(0, 90, (60, 60, 3), np.uint8) + np.array(color, np.uint8)
        for seed, color in ((0, (150, 0, 0)), (1, (0, 0, 150)))
    )
    tints = []
    for weights in ((1, 0), (0.5, 0.5), (0, 1)):
        found = np.asarray(stylize(content, [red, blue], style_weights=weights, **TINY).image, np.int64)
        tints.append((found[..., 0] - found[..., 2]).mean())
    assert tints[0] > tints[1] + 40 > tints[2] + 80
