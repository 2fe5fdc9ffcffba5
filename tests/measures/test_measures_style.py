"""Style measures: 0 for the style itself, blind to places, and larger the farther a picture is from it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from scumble.image.color import from_oklab, oklab
from scumble.image.tensors import to_tensor
from scumble.measures import MEASURES, names_of
from scumble.measures.color import color
from scumble.measures.luma import blur
from scumble.measures.patches import patches
from scumble.measures.sliced import directions, quantiles, wasserstein
from scumble.measures.strokes import strokes
from scumble.measures.texture import covariance, texture

EXAMPLES = Path(__file__).parents[2] / "examples"
STYLE = [MEASURES[name].function for name in names_of("style")]


def shuffled(image, side=128):
    """Put the squares of a picture elsewhere, each in the place opposite."""
    blocks = F.unfold(image, side, stride=side).flip(-1)
    return F.fold(blocks, image.shape[-2:], side, stride=side)


@pytest.mark.parametrize("measure", STYLE)
def test_a_picture_is_at_distance_0_of_itself_and_of_no_other(measure, photo, painting):
    assert measure(photo, photo) == pytest.approx(0, abs=1e-6)
    assert measure(photo, painting) > 0.01


@pytest.mark.parametrize("measure", STYLE)
def test_shuffled_and_moved_squares_keep_the_style(measure, photo, canvas):
    far = measure(photo, canvas)
    assert measure(shuffled(canvas), canvas) < far / 2
    assert measure(canvas.roll((12, 28), (2, 3)), canvas) < far / 2


@pytest.mark.parametrize("measure", [patches, texture, color])
def test_nearer_pictures_are_at_smaller_distances(measure, photo, painting):
    small = painting[..., :96, :96]
    mixed = [measure((1 - share) * photo[..., :96] + share * small, painting) for share in (0, 0.5, 1)]
    assert mixed[0] > mixed[1] > mixed[2]


@pytest.mark.parametrize("measure", [patches, texture])
def test_noise_takes_a_picture_away_from_its_style(measure, photo, noise):
    distances = [measure(photo + amount * noise, photo) for amount in (0, 0.02, 0.05, 0.1)]
    assert distances == sorted(distances)
    assert distances[-1] > 3 * distances[1] > 0


def test_blur_changes_texture_far_more_than_color(photo):
    blurred = F.interpolate(F.avg_pool2d(photo, 4), scale_factor=4, mode="bilinear")
    assert texture(blurred, photo) > 0.5
    assert color(blurred, photo) < 0.02


def test_another_hue_changes_color_and_patches(photo):
    turned = photo.roll(1, dims=1)
    assert color(turned, photo) > 0.02
    assert patches(turned, photo) > 0.02


def test_patches_and_color_are_symmetric(photo, painting):
    for measure in (patches, color):
        assert measure(photo, painting) == pytest.approx(measure(painting, photo))


def test_an_added_constant_is_the_distance_of_patches(photo):
    """Each direction moves by the sum of its 147 entries times the constant, at all scales."""
    moved = directions(64, 147).sum(1).abs().mean() * 0.1
    assert patches(photo + 0.1, photo) == pytest.approx(float(moved), rel=1e-3)


def test_texture_is_the_logarithm_of_a_factor_of_contrast(photo):
    """Responses twice as large have four times the variance, wherever the floor is far."""
    assert texture(0.25 + photo / 2, 0.25 + photo / 4) == pytest.approx(np.log(4), rel=0.1)


def test_covariance_is_that_of_numpy(photo):
    from scumble.measures.texture import filters

    responses = F.conv2d(photo, filters()).clamp(min=0)[0].flatten(1).numpy()
    np.testing.assert_allclose(covariance(photo), np.cov(responses, bias=True), rtol=1e-4, atol=1e-9)


def test_filters_do_not_see_even_color():
    assert covariance(torch.full((1, 3, 20, 20), 0.7)).abs().max() < 1e-10


def test_wasserstein_is_exact_for_samples_of_one_size():
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 5, 1024)).astype(np.float32)
    expected = np.abs(np.sort(a, 1) - np.sort(b, 1)).mean()
    assert float(wasserstein(torch.from_numpy(a), torch.from_numpy(b))) == pytest.approx(
        float(expected), rel=1e-5
    )


def test_wasserstein_does_not_depend_on_how_many_samples_there_are():
    few = torch.linspace(0, 1, 500)[None]
    many = torch.linspace(0, 1, 30_000)[None]
    assert float(wasserstein(few, many)) < 2e-3
    assert float(wasserstein(few, many + 0.5)) == pytest.approx(0.5, abs=2e-3)
    assert quantiles(few).shape == quantiles(many).shape


def test_oklab_of_known_colors():
    """Red and blue as published with the space."""
    red = oklab(torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1)).flatten()
    blue = oklab(torch.tensor([0, 0, 1.0]).view(1, 3, 1, 1)).flatten()
    torch.testing.assert_close(red, torch.tensor([0.6280, 0.2249, 0.1258]), atol=1e-3, rtol=0)
    torch.testing.assert_close(blue, torch.tensor([0.4520, -0.0325, -0.3115]), atol=1e-3, rtol=0)


def test_oklab_comes_back(photo):
    torch.testing.assert_close(from_oklab(oklab(photo)), photo, atol=2e-4, rtol=0)


def soft(image, sigma):
    """Blur each channel of a picture."""
    return torch.cat([blur(channel, sigma) for channel in image.split(1, dim=1)], dim=1)


def halves(name):
    """Return the two halves of an example style, side by side in one picture, (1, 3, H, W) each."""
    with Image.open(EXAMPLES / "styles" / name) as picture:
        picture.thumbnail((512, 512))
        return to_tensor(picture.convert("RGB")).tensor_split(2, dim=3)


def test_strokes_order_a_photograph_and_what_is_made_of_it():
    """What the painter painted elsewhere; a photograph under its texture; as it was; under noise; blurred."""
    style, painted = halves("woodcut.jpg")
    with Image.open(EXAMPLES / "chelsea.png") as picture:
        photo = to_tensor(picture.convert("RGB").resize((style.shape[3], style.shape[2])))
    grain = torch.randn(photo.shape, generator=torch.Generator().manual_seed(9))
    textured, noisy = photo + 0.5 * (painted - soft(painted, 2)), photo + 0.1 * grain
    found = [strokes(one.clamp(0, 1), style) for one in (painted, textured, photo, soft(photo, 2))]
    assert found == sorted(found)
    assert found[0] < 0.75 * found[1]
    assert strokes(noisy.clamp(0, 1), style) > 0.9 * found[2]
    assert strokes((photo + painted) / 2, style) > found[0]  # a double exposure
    assert strokes(style, style) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_strokes_are_the_same_in_each_direction(turn):
    style, _ = halves("strokes.jpg")
    square = style[..., :256, :256]
    assert strokes(square.flip(3).rot90(turn, (2, 3)), square) == pytest.approx(0, abs=0.08)


def test_a_picture_without_any_form_has_no_strokes():
    style, _ = halves("strokes.jpg")
    even = torch.full((1, 3, 64, 64), 0.5)
    assert (strokes(even, style), strokes(even, even)) == pytest.approx((1, 1))
