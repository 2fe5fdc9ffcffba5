"""What the picture is before the first step."""

import pytest
import torch

from scumble.engine.start import MEAN_COLOR, start_image
from scumble.options import Options


@pytest.fixture
def photo():
    return torch.rand(1, 3, 20, 30, generator=torch.Generator().manual_seed(1))


def uniform(seed, shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_content(photo):
    image = start_image(Options(start="content"), photo)
    assert torch.equal(image, photo)
    assert image is not photo


@pytest.mark.parametrize("start", ["style", "some/picture.png"])
def test_a_given_picture(photo, start):
    given = uniform(2, photo.shape)
    assert torch.equal(start_image(Options(start=start), photo, given), given)


def test_noise_is_uniform_over_0_to_1(photo):
    image = start_image(Options(start="noise"), photo)
    assert image.shape == photo.shape
    assert 0 <= image.min() < 0.01
    assert 0.99 < image.max() <= 1
    assert image.mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(("ratio", "amplitude"), [(0.6, 20 / 255 * 0.6), (0.0, 0.25), (1.0, 0.0)])
def test_noisy_content(photo, ratio, amplitude):
    """The exercise's 0.6 noise + 0.4 content, of mean-subtracted pixels of 0 to 255, plus or minus 20."""
    options = Options(start="noisy-content", noise_ratio=ratio, noise_amplitude=amplitude, seed=7)
    mean = torch.tensor(MEAN_COLOR).view(1, 3, 1, 1)
    noise = 2 * uniform(7, photo.shape) - 1
    expected = mean + (1 - ratio) * (photo - mean) + amplitude * noise
    torch.testing.assert_close(start_image(options, photo), expected)


def test_noisy_content_is_the_exercises(photo):
    options = Options(preset="coursera")
    mean = 255 * torch.tensor(MEAN_COLOR).view(1, 3, 1, 1)
    noise = 20 * (2 * uniform(0, photo.shape) - 1)
    mixed = 0.6 * noise + 0.4 * (255 * photo - mean)  # as written there
    torch.testing.assert_close(255 * start_image(options, photo), mixed + mean, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("kind", ["noise", "noisy-content"])
def test_the_noise_is_the_seeds(photo, kind):
    first, again, other = (start_image(Options(start=kind, seed=seed), photo) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_global_random_state_is_left_alone(photo):
    before = torch.random.get_rng_state()
    start_image(Options(start="noise"), photo)
    assert torch.equal(torch.random.get_rng_state(), before)
