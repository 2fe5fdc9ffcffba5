"""Masks: what they select, and what they do to the picture."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.api import stylize
from scumble.engine.untouched import Painted
from scumble.errors import BadOption, ImageError, UsageError
from scumble.image.files import read_picture
from scumble.image.masks import make_masks, require_seen
from scumble.image.resize import resize
from scumble.losses.base import losses
from scumble.objective.compared import Compared
from scumble.objective.layer_regions import faded, in_layer
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.regions.found import Regions
from scumble.runs.again import prepare_again
from scumble.runs.prepare import prepare
from scumble.runs.styles import Style

TINY: dict[str, Any] = {"size": 64, "coarsest": 32, "steps": (6, 4), "threads": 1, "device": "cpu"}
NOTHING = dict.fromkeys(Options().weight, 0)
RED, BLUE, BLACK = (255, 0, 0), (0, 0, 255), (0, 0, 0)


def left(width=64, height=48, share=0.5):
    """Draw a mask that is white on the left."""
    mask = np.zeros((height, width), np.uint8)
    mask[:, : round(share * width)] = 255
    return mask


def colored(*colors, width=60, height=40):
    """Draw upright stripes of equal width."""
    stripes = np.repeat(np.array(colors, np.uint8), width // len(colors), axis=0)
    return np.broadcast_to(stripes, (height, *stripes.shape)).copy()


def masks_of(content, styles, number=1):
    return make_masks(
        [read_picture(mask) for mask in content],
        [mask if mask is None else read_picture(mask) for mask in styles],
        number,
    )


def test_without_masks_there_are_none():
    assert masks_of([], []) is None
    assert masks_of([], [None, None], 2) is None


def test_a_mask_alone_says_where_to_paint():
    masks = masks_of([left()], [], 2)
    assert not masks.dividing
    assert [shares.shape[0] for shares in (masks.content, *masks.styles)] == [1, 1, 1]
    assert masks.painted[:, :32].min() == 1
    assert masks.painted[:, 32:].max() == 0


def test_a_mask_for_each_style_sends_it_there():
    masks = masks_of([left(), 255 - left()], [None, left(20, 10)], 2)
    assert masks.dividing
    assert masks.content.shape == (2, 48, 64)
    assert masks.painted.min() == 1
    first, second = masks.styles
    assert first[0].min() == 1
    assert first[1].max() == 0
    assert second[0].max() == 0
    assert second[1].mean() == pytest.approx(0.5)


def test_a_style_without_a_mask_goes_everywhere(content, style):
    """Where the other style has one, they share."""
    masks = prepare(content, [Style(style, content_mask=left()), Style(style)]).plan.masks
    assert masks.content[:, 0, 0] == pytest.approx([0.5, 0.5])
    assert masks.content[:, 0, -1] == pytest.approx([0, 1])
    assert prepare(content, [Style(style), Style(style)]).plan.masks is None


def test_masks_that_overlap_share():
    masks = masks_of([left(), np.full((48, 64), 255, np.uint8)], [], 2)
    assert masks.content.sum(0) == pytest.approx(np.ones((48, 64)))
    assert masks.content[0, 0, 0] == pytest.approx(0.5)


def test_the_same_colors_belong_together_wherever_they_are():
    masks = masks_of([colored(RED, BLUE, BLACK)], [colored(BLUE, (250, 8, 4))])
    (style,) = masks.styles
    red, blue = masks.content[:, 0].argmax(1) // 20  # which third each region begins in
    assert (style[red][:, 30:].mean(), style[blue][:, :30].mean()) == (1, 1)
    assert {int(red), int(blue)} == {0, 1}
    assert masks.painted.mean() == pytest.approx(2 / 3)


def test_a_soft_border_between_colors_is_no_color_of_its_own():
    soft = np.asarray(Image.fromarray(colored(RED, BLUE)).resize((300, 200), Image.Resampling.BICUBIC))
    assert masks_of([soft], [soft]).content.shape[0] == 2


@pytest.mark.parametrize(
    ("content", "styles", "number", "message"),
    [
        ([left()] * 2, [], 3, "got 2 content masks for 3 styles; allowed are one, or one for each"),
        ([], [left()], 2, "got 1 style mask for 2 styles"),
        ([0 * left()], [], 1, "a mask is black where it counts, so that it selects nothing"),
        ([left()], [0 * left()], 1, "a mask is black where it counts, so that it selects nothing"),
        ([colored(RED, BLUE)], [left()], 1, "the mask 'image' is in colors, 'image' is not"),
        (
            [colored(RED, BLUE)],
            [colored(RED)],
            1,
            "the color #0000ff of the mask 'image' is in no style mask",
        ),
        ([colored(RED)] * 2, [None, None], 2, "masks in colors are for one content mask"),
        ([colored(RED)], [], 1, "masks in colors are for one content mask"),
    ],
)
def test_masks_that_make_no_sense(content, styles, number, message):
    with pytest.raises(UsageError) as error:
        masks_of(content, styles, number)
    assert error.value.message.startswith(message)


def test_masks_and_a_number_of_regions(content, style):
    with pytest.raises(BadOption, match="regions is '3', but the masks say what the regions are"):
        prepare(content, Style(style, mask=left()), regions=3)


def halves_of(height, width):
    """Return shares of two regions, left and right, with soft borders."""
    ramp = torch.linspace(-3, 3, width, dtype=torch.float64).sigmoid().expand(1, 1, height, width)
    return torch.cat([1 - ramp, ramp], dim=1)


def picture(seed, height, width):
    return torch.rand(1, 3, height, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", [name for name in losses if losses[name].reference == "style"])
def test_the_cost_is_that_of_masked_statistics(network, name):
    """Content weights as drawn, each region by its area; of the style, what sees none of the other region."""
    options = Options(style_layers="relu1_1", bleed=0, weight=NOTHING | {name: 1})
    regions = Regions(halves_of(12, 16), (halves_of(10, 30).flip(-1),), drawn=True)
    content, style, image = picture(1, 48, 64), picture(2, 40, 120), picture(3, 48, 64)
    found = make_objective(network, options, Pictures(content, [style], [1.0], regions))(image)
    where = in_layer(regions, Compared(options, network), "relu1_1", (48, 64), [(40, 120)])
    loss, leaf = losses[name](), image.clone().requires_grad_()
    of_image, of_style = (network(each, ["relu1_1"])["relu1_1"] for each in (leaf, style))
    total = sum(
        mask.mean() * loss.factor(48 * 64, 48 * 64)
        * loss.distance(loss.statistic(of_image, mask[None, None]), loss.statistic(of_style, other[None, None])).sum()
        for mask, other in zip(where.content, where.styles[0], strict=True)
    )  # fmt: skip
    if not loss.fits_tiles:  # it samples positions, others where there are more of them
        torch.testing.assert_close(found.total, total.detach(), rtol=0.02, atol=0)
        return
    torch.testing.assert_close(found.total, total.detach())
    torch.testing.assert_close(found.gradient, torch.autograd.grad(total, leaf)[0])


@pytest.mark.parametrize("rest", [0.0, 0.5])
def test_tiles_see_the_same_masks(network, rest):
    content, style, image = picture(1, 97, 131), picture(2, 70, 90), picture(3, 97, 131)
    regions = Regions(halves_of(50, 60) * (1 - rest), (halves_of(35, 45),), drawn=True)
    arguments = (network, Options(), Pictures(content, [style], [1.0], regions))
    whole, tiled = make_objective(*arguments)(image), make_tiled_objective(*arguments, 48)(image)
    torch.testing.assert_close(tiled.total, whole.total)
    torch.testing.assert_close(tiled.gradient, whole.gradient, rtol=1e-8, atol=1e-13)


def test_positions_that_see_past_a_border_do_not_count(network):
    """Of a style half black, half noise: the statistics of the noise alone are those of noise everywhere."""
    noise = picture(4, 96, 192)
    half = noise.clone()
    half[..., :96] = 0
    shares = torch.zeros(1, 1, 96, 192, dtype=torch.float64)
    shares[..., 96:] = 1
    options = Options(style_layers="relu3_1", weight=NOTHING | {"covariance": 1})
    everywhere = Regions(torch.ones(1, 1, 1, 1, dtype=torch.float64), (shares,), drawn=True)
    content = picture(5, 96, 96)
    masked = make_objective(network, options, Pictures(content, [half], [1.0], everywhere)).terms[0].target
    wanted = make_objective(network, options, Pictures(content, [noise[..., 96:]], [1.0])).terms[0].target
    unmasked = make_objective(network, options, Pictures(content, [half], [1.0])).terms[0].target
    assert (masked - wanted).norm() < 0.2 * wanted.norm()
    assert (unmasked - wanted).norm() > 0.3 * wanted.norm()


def test_a_region_too_small_for_a_layer_is_left_out_there(network):
    """A corner of 8 x 8 pixels has positions enough in relu1_1, none in relu4_1; the rest is everywhere."""
    corner = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    corner[..., :8, :8] = 1
    regions = Regions(torch.cat([corner, 1 - corner], dim=1), (halves_of(64, 64),), drawn=True)
    options = Options(style_layers="relu1_1,relu4_1", weight=NOTHING | {"covariance": 1})
    terms = make_objective(
        network, options, Pictures(picture(1, 64, 64), [picture(2, 64, 64)], [1.0], regions)
    ).terms
    assert {term.layer: len(term.shares) for term in terms} == {"relu1_1": 2, "relu4_1": 1}


def test_a_small_region_is_pulled_as_strongly_as_a_large_one(network):
    """Noise against the same style: the gradient of a pixel does not depend on the size of its region."""
    options = Options(style_layers="relu1_1", weight=NOTHING | {"covariance": 1})
    small = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    small[..., :16] = 1
    one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    lengths = []
    for shares in (small, one):
        regions = Regions(shares, (one,), drawn=True)
        objective = make_objective(
            network, options, Pictures(picture(1, 64, 64), [picture(2, 64, 64).square()], [1.0], regions)
        )
        lengths.append(float(objective(picture(3, 64, 64)).gradient[..., 2:14].norm()))
    assert lengths[0] == pytest.approx(lengths[1], rel=0.15)


def test_a_mask_fades_inside_its_border_and_never_outside():
    mask = torch.zeros(1, 1, 40, 40)
    mask[..., 10:30, 10:30] = 1
    soft = faded(mask, 4)
    assert float(soft[mask == 0].max()) == 0
    assert float(soft[0, 0, 20, 20]) == 1
    assert 0 < float(soft[0, 0, 10, 20]) < float(soft[0, 0, 11, 20]) < 1
    assert torch.equal(
        faded(torch.ones(1, 1, 9, 9), 3), torch.ones(1, 1, 9, 9)
    )  # a picture's border is no mask's


def test_the_gradient_of_what_is_painted_in_part():
    mask = torch.rand(1, 1, 4, 5, dtype=torch.float64)
    part = Painted(mask, picture(1, 4, 5))
    from scumble.optimizers.base import Evaluation

    evaluate = part.part_of(lambda image: Evaluation(image.pow(3).sum(), 3 * image.square()))
    leaf = picture(2, 4, 5).requires_grad_()
    (expected,) = torch.autograd.grad(part.blended(leaf).pow(3).sum(), leaf)
    torch.testing.assert_close(evaluate(leaf.detach()).gradient, expected)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("start", ["content", "noise"])
@pytest.mark.parametrize("regions", ["off", 2])
def test_outside_its_mask_a_picture_is_the_content(content, style, start, regions):
    found = stylize(content, Style(style, content_mask=left()), start=start, regions=regions, **TINY)
    ours, theirs = np.asarray(found.image, int), np.asarray(resize(content.rgb, found.image.size), int)
    assert np.array_equal(ours[:, 33:], theirs[:, 33:])
    assert np.abs(ours[:, :28] - theirs[:, :28]).mean() > 8


@pytest.mark.usefixtures("weights")
def test_each_half_is_nearer_to_its_own_style(content):
    red = Image.fromarray(
        np.random.default_rng(0).integers(0, 90, (60, 60, 3), np.uint8) + np.array([150, 0, 0], np.uint8)
    )
    blue = Image.fromarray(
        np.random.default_rng(1).integers(0, 90, (60, 60, 3), np.uint8) + np.array([0, 0, 150], np.uint8)
    )
    styles = [Style(red, content_mask=left()), Style(blue, content_mask=255 - left())]
    found = np.asarray(stylize(content, styles, **TINY).image, np.int64)
    assert (found[:, :28, 0] - found[:, :28, 2]).mean() > 60
    assert (found[:, 36:, 2] - found[:, 36:, 0]).mean() > 60


@pytest.mark.usefixtures("weights")
def test_a_style_mask_takes_no_more_than_it_selects(content):
    both = np.zeros((60, 60, 3), np.uint8)
    both[:, :30] = (200, 40, 20)
    both[:, 30:] = (20, 60, 200)
    both += np.random.default_rng(0).integers(0, 40, both.shape, np.uint8)
    found = np.asarray(stylize(content, Style(both, mask=left(60, 60)), **TINY).image, np.int64)
    assert (found[..., 0] - found[..., 2]).mean() > 80


@pytest.mark.usefixtures("weights")
def test_a_record_knows_its_masks(content, style, tmp_path):
    for name, image in (
        ("photo", content.rgb),
        ("painting", style.rgb),
        ("where, what", Image.fromarray(left())),
    ):
        image.save(tmp_path / f"{name}.png")
    where = str(tmp_path / "where, what.png")
    first = stylize(
        tmp_path / "photo.png", tmp_path / "painting.png", content_mask=[where], style_mask=["none"], **TINY
    )
    assert first.record.options["content_mask"] == ["where, what.png"]
    assert [mask.name for mask in first.record.content_masks] == ["where, what.png"]
    run = prepare_again(first.record, [tmp_path])
    list(run)
    assert np.array_equal(np.asarray(run.result().image), np.asarray(first.image))
    named = first.record.options | {"content_mask": ["/etc/hostname"]}
    hostile = first.record.model_copy(update={"options": named, "content_masks": ()})
    assert prepare_again(hostile, [tmp_path]).plan.masks is None  # what options name is never read


def half_hidden(style):
    """Return a style whose left half is transparent, and a mask of that half."""
    picture = style.rgb.convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, picture.width // 2, picture.height))
    return picture, left(*picture.size)


def test_a_mask_that_selects_only_hidden_pixels_is_refused(content, style):
    picture, mask = half_hidden(style)
    for one in (mask, left(31, 47, 0.45)):
        with pytest.raises(
            UsageError, match="a mask selects only what is transparent in the style 'image'"
        ) as caught:
            prepare(content, Style(picture, mask=one))
        assert "opaque" in caught.value.hint
    assert prepare(content, Style(picture, mask=255 - mask)).plan.masks is not None
    assert prepare(content, Style(picture, mask=left(60, 60, 0.6))).plan.masks is not None
    with pytest.raises(UsageError, match="selects only what is transparent"):  # one of two styles
        prepare(content, [Style(style), Style(picture, mask=mask)])


def test_mask_crop_and_what_is_hidden_may_together_leave_nothing(content, style):
    picture, _ = half_hidden(style)
    upper = left(60, 60).T.copy()
    assert prepare(content, Style(picture, mask=upper, crop=(0, 0, 1, 0.9))).plan.masks is not None
    narrow = left(60, 60, 0.6)  # of which the part that is seen is outside of the crop
    with pytest.raises(UsageError, match="selects only what is transparent"):
        prepare(content, Style(picture, mask=left(60, 60), crop=(0, 0, 0.9, 1)))
    with pytest.raises(ImageError, match="transparent everywhere that counts"):
        prepare(content, Style(picture, mask=narrow, crop=(0, 0, 0.5, 1)))


def test_a_color_that_selects_only_hidden_pixels_is_refused(content, style):
    picture, _ = half_hidden(style)
    colors = colored(RED, BLUE)
    with pytest.raises(UsageError, match="a color of a mask selects only what is transparent in the styles"):
        prepare(content, Style(picture, mask=colors, content_mask=colors))
    drawn, other = read_picture(colors), read_picture(colored(RED, BLACK))
    masks = make_masks([drawn], [drawn, other], 2)
    require_seen(
        masks, [drawn, other], [read_picture(picture), style]
    )  # the other has the color, and shows it


def test_a_content_that_is_transparent_everywhere_is_refused(style):
    clear = Image.new("RGBA", (64, 48), (200, 10, 10, 0))
    with pytest.raises(ImageError, match="transparent everywhere that counts"):
        prepare(clear, style)
    clear.putpixel((3, 3), (200, 10, 10, 255))
    assert prepare(clear, style).plan.content.alpha is not None


def test_a_mask_of_another_shape_is_told(content, style):
    turned = left(48, 64)
    plan = prepare(content, Style(style, mask=left(60, 30), content_mask=turned)).plan
    assert "a mask, 48 x 64, is stretched to its shape, 64 x 48" in plan.content.notes
    assert "a mask, 60 x 30, is stretched to its shape, 60 x 60" in plan.styles[0].notes
    for same in (left(), left(128, 96), left(65, 48), left(16, 12)):
        assert prepare(content, Style(style, content_mask=same)).plan.content.notes == content.notes
