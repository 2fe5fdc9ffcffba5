"""`--color`: whose colors the picture has, and what it does not touch."""

import pytest
import torch
from PIL import Image
from torch.nn.functional import cosine_similarity

from scumble.colors.coloring import Coloring
from scumble.engine.run import paint
from scumble.image.color import oklab
from scumble.image.files import Picture, read_picture
from scumble.image.resize import resize
from scumble.image.tensors import to_picture, to_tensor
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.regions.found import Regions

from ..conftest import drawn
from ..pictures import cloud

SMALL = {"size": 64, "coarsest": 32, "steps": (4, 3), "threads": 1, "device": "cpu", "regions": "off"}
MODES = ["content", "match", "luma", "only"]
BLUE = cloud(1, mean=(0.4, 0.45, 0.6))
EARTH = cloud(2, ((0.09, 0.0, 0.0), (-0.08, 0.06, 0.0), (0.0, 0.0, 0.1)), (0.6, 0.5, 0.4))
LEFT, RIGHT, ALL = slice(0, 20), slice(20, 40), torch.ones(1, 1, 1, 1)


@pytest.fixture
def painted(content, style, request):
    """Paint and return the steps."""
    request.getfixturevalue("weights")

    def paint_all(of=content, styles=(style,), **options):
        return list(paint(make_plan(Options(**SMALL | options), of, styles, (1.0,) * len(styles))))

    return paint_all


def pixels(picture, size=(64, 48)):
    return to_tensor(resize(picture.rgb, size))


def rounded(image):
    """Return an image as it is written."""
    return to_tensor(to_picture(image))


def colors_of(image):
    known = oklab(image)[0].flatten(1).double()
    return known.mean(1), torch.cov(known, correction=0)


def coloring(content=BLUE, styles=(EARTH,), regions=None, alpha=None, painted=None, **options):
    """Return the colors of a run without the run, and what it would paint."""
    picture = Picture(to_picture(content), alpha, "content.png", "0" * 64, ())
    plan = make_plan(Options(**options), picture, (picture,) * len(styles), (1.0,) * len(styles))
    ours = Coloring(plan, regions, torch.device("cpu"))
    return ours, *ours.next_scale(content, styles, painted)


def halves(image):
    return image[..., LEFT], image[..., RIGHT]


@pytest.fixture
def vivid():
    """A picture of 60 x 60 pixels in colors as strong as they come, unlike those of the content."""
    return read_picture(drawn(60, 60, [(255, 0, 60), (10, 255, 0), (90, 0, 255)], 40, seed=3))


@pytest.mark.parametrize("regions", ["off", "2"])
@pytest.mark.parametrize("strength", [5, 100])
def test_content_keeps_the_mean_color_at_every_step(painted, content, vivid, regions, strength):
    for step in painted(styles=(vivid,), color="content", regions=regions, strength=strength):
        wanted = pixels(content, step.scale.size).mean((2, 3))
        assert ((rounded(step.image).mean((2, 3)) - wanted).abs() < 2 / 255).all()


@pytest.mark.parametrize("filled", [(0, 0, 0), (255, 255, 255), (0, 0, 255), (250, 2, 128)])
def test_content_keeps_the_mean_of_colors_at_the_border_of_what_can_be_shown(filled):
    extreme = to_tensor(drawn(64, 48, [filled, filled, (120, 130, 140)], 9, seed=1))
    ours, *_ = coloring(extreme, color="content")
    found = rounded(ours.shown(torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(0))))
    assert (found.mean((2, 3)) - extreme.mean((2, 3))).abs().max() < 0.5 / 255


def test_content_keeps_the_covariance_of_colors():
    ours, *_ = coloring(color="content")
    found, was, wanted = (colors_of(each)[1] for each in (ours.shown(EARTH), EARTH, BLUE))
    assert (found - wanted).norm() < 0.3 * (was - wanted).norm()  # softened: grain is no color


def test_content_keeps_the_mean_of_each_region():
    left = torch.zeros(1, 2, 40, 40)
    left[:, 0, :, LEFT] = left[:, 1, :, RIGHT] = 1
    ours, *_ = coloring(torch.cat(halves(BLUE + 0.2)[:1] + halves(BLUE - 0.2)[1:], -1).clamp(0, 1),
                        regions=Regions(left, (left,)), color="content")  # fmt: skip
    for found, wanted in zip(halves(ours.shown(EARTH)), halves(ours.content), strict=True):
        assert (found - wanted).mean((2, 3)).abs().max() < 0.5 / 255


def test_content_keeps_the_mean_of_what_is_painted():
    """What is left untouched is seen through the mask's soft border."""
    mask = torch.linspace(-1, 2, 40).clamp(0, 1).expand(1, 1, 40, 40)
    ours, *_ = coloring(BLUE + 0.2 * (mask - 0.5), painted=mask, color="content")
    found = torch.lerp(ours.content, ours.shown(EARTH), mask)
    assert (found - ours.content).mean((2, 3)).abs().max() < 0.1 / 255
    assert (found - ours.content).abs().mean() > 0.02


def test_luma_keeps_a_and_b_of_every_pixel(painted, content):
    theirs, ours = oklab(pixels(content)), oklab(painted(color="luma", regions="2")[-1].image)
    lost = theirs[:, 1:].norm(dim=1) - ours[:, 1:].norm(
        dim=1
    )  # where lightness leaves no room for the chroma
    kept = lost.abs() < 2e-3
    assert lost.min() > -2e-3
    assert kept.float().mean() > 0.8
    assert (theirs - ours)[:, 1:].abs().amax(1)[kept].max() < 3e-3
    assert (theirs - ours)[:, 0].abs().mean() > 0.02  # painted it is


def test_luma_paints_after_the_style_in_the_content_s_lightness():
    _, _, (matched,) = coloring(color="luma", recolor=0)
    found, was, wanted = (colors_of(each) for each in (matched, EARTH, BLUE))
    assert abs(found[0][0] - wanted[0][0]) < 1e-3
    assert found[1][0, 0] == pytest.approx(float(wanted[1][0, 0]), rel=0.2)
    torch.testing.assert_close(found[0][1:], was[0][1:], atol=2e-3, rtol=0)


@pytest.mark.parametrize("styles", [(EARTH,), (EARTH, cloud(3, mean=(0.6, 0.4, 0.5)))], ids=["one", "two"])
def test_match_gives_each_style_the_content_s_colors(styles):
    for matched, style in zip(coloring(styles=styles, color="match")[2], styles, strict=True):
        found, was, wanted = (colors_of(each) for each in (matched, style, BLUE))
        assert (found[0] - wanted[0]).norm() < 0.05 * (was[0] - wanted[0]).norm()
        assert (found[1] - wanted[1]).norm() < 0.3 * (was[1] - wanted[1]).norm()


def test_match_paints_in_the_content_s_colors(painted, content):
    theirs, ours = (colors_of(painted(color=color, strength=70)[-1].image)[0] for color in ("style", "match"))
    wanted = colors_of(pixels(content))[0]
    assert (ours - wanted).norm() < 0.3 * (theirs - wanted).norm()


def edges(image):
    """Return the gradients of lightness, (2, N)."""
    light = oklab(image)[0, 0]
    return torch.stack([light[1:, 1:] - light[:-1, 1:], light[1:, 1:] - light[1:, :-1]]).flatten(1)


def test_only_has_the_style_s_colors(painted, content, style):
    (only,) = painted(color="only", recolor=0)
    wanted, before, after = (colors_of(each)[0] for each in (pixels(style), pixels(content), only.image))
    assert (after - wanted).norm() < 0.25 * (before - wanted).norm()


@pytest.mark.parametrize("regions", ["off", "2"])
def test_only_paints_nothing_and_keeps_the_edges(painted, content, regions):
    (only,) = painted(color="only", regions=regions, start="noise")
    assert (only.count, only.number, only.progress) == (0, 0, 1.0)
    ours, theirs = edges(only.image), edges(pixels(content))
    strong = theirs.norm(dim=0) > theirs.norm(dim=0).quantile(0.8)
    assert cosine_similarity(ours, theirs, dim=0)[strong].mean() > 0.95


@pytest.mark.parametrize("mode", MODES[:3])
def test_amount_0_is_as_style(painted, mode):
    still = {"steps": (2, 2), "optimizer": "adam"}
    plain, none = (painted(**still, **one)[-1].image for one in ({}, {"color": mode, "color_amount": 0}))
    assert torch.equal(none, plain)


def test_only_by_0_is_the_content_itself(painted, content):
    (only,) = painted(color="only", color_amount=0, start="noise")
    assert torch.equal(only.image, pixels(content))


@pytest.mark.parametrize("mode", ["content", "luma", "only"])
def test_amounts_between_are_linear_in_oklab(mode):
    """Of one running image."""
    image = BLUE if mode == "only" else EARTH
    none, some, full = (
        oklab(coloring(color=mode, color_amount=amount)[0].shown(image)) for amount in (0.0, 0.25, 1.0)
    )
    near = (some - (0.75 * none + 0.25 * full)).abs().amax(1) < 2e-3  # but where it could not be shown
    assert near.float().mean() > 0.98
    assert (full - none).abs().mean() > 0.01


@pytest.mark.parametrize("mode", ["match", "luma"])
def test_amounts_of_what_styles_are_matched_by_are_linear_in_oklab(mode):
    none, some, full = (oklab(coloring(color=mode, color_amount=amount)[2][0]) for amount in (0.0, 0.25, 1.0))
    assert torch.equal(none, oklab(EARTH))
    assert ((some - (0.75 * none + 0.25 * full)).abs().amax(1) < 2e-3).float().mean() > 0.98
    assert (full - none).abs().mean() > 0.01


@pytest.mark.parametrize("mode", MODES)
def test_strength_0_is_the_content_itself(painted, content, mode):
    (only,) = painted(color=mode, strength=0)
    assert torch.equal(only.image, pixels(content))


def test_only_comes_in_with_the_strength():
    """As the colors do before strokes: all of it from strength 16 on."""
    weak, middle, full, more = (
        coloring(color="only", strength=strength)[0].shown(BLUE) for strength in (1, 8, 16, 100)
    )
    assert torch.equal(full, more)
    near = [float((each - BLUE).abs().mean() / (full - BLUE).abs().mean()) for each in (weak, middle)]
    assert near == pytest.approx([1 / 16, 1 / 2], abs=0.05)


def test_what_is_shown_is_not_what_is_painted_on(painted):
    """A run costs the same, whether its pictures are shown in the content's colors or as they are."""
    plain, colored = (painted(color=color) for color in ("style", "content"))
    assert [float(step.total) for step in plain] == [float(step.total) for step in colored]
    for one, other in zip(plain, colored, strict=True):
        assert (one.image - other.image).abs().mean() > 0.02


@pytest.mark.parametrize("mode", ["content", "luma", "only"])
@pytest.mark.parametrize("amount", [0.5, 1.0])
def test_what_belongs_to_no_region_comes_out_as_it_is(mode, amount):
    left = torch.zeros(1, 1, 40, 40)
    left[..., LEFT] = 1
    ours, content, _ = coloring(regions=Regions(left, (ALL,)), color=mode, color_amount=amount)
    image = BLUE if mode == "only" else torch.cat([EARTH[..., LEFT], BLUE[..., RIGHT]], -1)
    found = ours.shown(image)
    assert torch.equal(content[..., RIGHT], BLUE[..., RIGHT])
    assert torch.equal(found[..., RIGHT], image[..., RIGHT])
    assert (found[..., LEFT] - image[..., LEFT]).abs().mean() > 0.01


@pytest.mark.parametrize("mode", MODES)
def test_what_is_clear_does_not_count(mode):
    """The colors behind a transparent half make no difference to the other half."""

    def seen(alpha):
        for color in ((1, 0, 0), (0, 1, 0)):
            cut = torch.cat([BLUE[..., LEFT], torch.tensor(color).view(1, 3, 1, 1).expand(1, 3, 40, 20)], -1)
            ours, content, (style,) = coloring(cut, alpha=alpha, color=mode)
            yield style, ours.shown(cut if mode == "only" else content)[..., LEFT]

    alpha = Image.new("L", (40, 40), 255)
    alpha.paste(0, (18, 0, 40, 40))  # a little more, for it is compared smaller
    for counts, close in ((alpha, True), (None, False)):
        one, other = seen(counts)
        far = max(float((a - b).abs().mean()) for a, b in zip(one, other, strict=True))
        assert (far < 1e-4) is close


@pytest.mark.parametrize("mode", MODES)
def test_a_flat_style_and_a_flat_content_have_colors_too(mode):
    red = torch.tensor([0.98, 0.08, 0.2]).view(1, 3, 1, 1).expand(1, 3, 40, 40).contiguous()
    for content, style in ((BLUE, red), (red, BLUE), (red, red)):
        ours, prepared, styles = coloring(content, (style,), color=mode)
        for image in (prepared, *styles, ours.shown(content), ours.shown(style)):
            assert image.isfinite().all()
            assert 0 <= image.min() <= image.max() <= 1


def test_a_last_scale_without_steps_has_the_colors_of_those_before(painted):
    """What is enlarged is recolored as it was before, so that nothing of the content's own colors comes back."""
    *_, coarse, last = painted(steps=(4, 0))
    assert last.scale.size == (64, 48)
    assert (last.image.mean((2, 3)) - coarse.image.mean((2, 3))).abs().max() < 4 / 255
