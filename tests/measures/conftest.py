"""Two unlike pictures of 128 x 96 pixels, with power at all frequencies as photographs have it."""

import pytest
import torch


def clouds(height, width, seed, slope):
    """Draw noise whose power falls with frequency, in colors that go together: (1, 3, H, W)."""
    generator = torch.Generator().manual_seed(seed)
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)
    fall = (down**2 + across**2).sqrt().clamp(min=1 / max(height, width)) ** -slope
    planes = torch.fft.irfft2(torch.fft.rfft2(torch.randn(3, height, width, generator=generator)) * fall)
    planes = planes[:, :height, :width]
    mix = torch.eye(3) + torch.rand(3, 3, generator=generator)
    planes = torch.einsum("ij,jhw->ihw", mix, planes / planes.std((1, 2), keepdim=True))
    level = 0.35 + 0.3 * torch.rand(3, 1, 1, generator=generator)
    return (level + 0.08 * planes).clamp(0.02, 0.98).unsqueeze(0)


@pytest.fixture(scope="session")
def photo():
    """A content."""
    return clouds(96, 128, seed=3, slope=1.6)


@pytest.fixture(scope="session")
def painting():
    """A style, of another size and grain."""
    return clouds(112, 112, seed=4, slope=1.1)


@pytest.fixture(scope="session")
def canvas():
    """A style large enough for the coarse scales to hold many samples; its edges fit together."""
    return clouds(256, 256, seed=4, slope=1.1)


@pytest.fixture
def noise():
    """Noise of the photo's size, of deviation 1."""
    return torch.randn(1, 3, 96, 128, generator=torch.Generator().manual_seed(9))
