"""What several tests share: the number of threads, two small pictures, a network with random weights."""

import sys

import numpy as np
import pytest
import torch
from hypothesis import settings
from PIL import Image

from scumble.backbones.base import backbones
from scumble.backbones.cache import is_bundled
from scumble.backbones.contents import Contents
from scumble.backbones.layers import Conv
from scumble.backbones.normalization import Normalization
from scumble.backbones.weights import save_weights
from scumble.image.files import read_picture
from scumble.plugins import Plugin, load_plugin
from scumble.registry import known, restore

settings.register_profile("scumble", deadline=None, database=None, derandomize=True, max_examples=60)
settings.load_profile("scumble")


def pytest_addoption(parser):
    parser.addoption(
        "--plugin", action="append", default=[], help="a file whose classes the contracts test, too"
    )
    parser.addoption("--threads", type=int, default=1, help="threads that torch computes with")


def pytest_configure(config):
    for path in config.getoption("--plugin"):
        load_plugin(path)


@pytest.fixture(autouse=True, scope="session")
def _threads(request):
    torch.set_num_threads(request.config.getoption("--threads"))


@pytest.fixture(autouse=True)
def _seeded():
    """What a test draws does not depend on the tests before it."""
    torch.manual_seed(0)


def drawn(width, height, colors, wave, seed):
    """Draw waves between two colors, a disc and some grain."""
    down, across = np.mgrid[:height, :width] / max(width, height)
    share = (np.sin(wave * (across + 0.6 * down**2)) + 1)[..., None] / 2
    pixels = share * np.array(colors[0]) + (1 - share) * np.array(colors[1])
    pixels[(across - 0.4) ** 2 + (down - 0.3) ** 2 < 0.04] = colors[2]
    pixels += np.random.default_rng(seed).normal(0, 6, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def content():
    """A picture of 64 x 48 pixels."""
    return read_picture(drawn(64, 48, [(40, 90, 160), (190, 200, 170), (240, 220, 90)], 9, seed=1))


@pytest.fixture(scope="session")
def style():
    """A picture of 60 x 60 pixels."""
    return read_picture(drawn(60, 60, [(150, 60, 30), (230, 170, 60), (30, 40, 70)], 40, seed=2))


@pytest.fixture
def desk(tmp_path, monkeypatch, content, style):
    """The current folder, with two pictures: photo.png and paint.png."""
    monkeypatch.chdir(tmp_path)
    content.rgb.save("photo.png")
    style.rgb.save("paint.png")
    return tmp_path


@pytest.fixture(scope="session")
def network():
    """The compact network with random weights, in float64; not to be changed."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        backbone = backbones["compact"]()
    for layer in backbone.features:
        if isinstance(layer, Conv):
            layer.weight.mul_(2.5)  # keeps activations of deep layers about as large as those of shallow ones
    return backbone.double()


@pytest.fixture
def weights(monkeypatch, tmp_path):
    """The bundled network, or one with random weights where there is none yet."""
    if is_bundled("compact"):
        return
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path))
    torch.manual_seed(0)
    random = backbones["compact"]().state_dict()
    save_weights(Contents("compact", random, Normalization(), "random", "none"))


@pytest.fixture
def forget_plugins(monkeypatch):
    """Forget the plugins that a test has loaded: when called, and after the test."""
    before, modules = known(), set(sys.modules)
    loaded: dict[str, Plugin] = {}
    monkeypatch.setattr("scumble.plugins._loaded", loaded)

    def forget():
        restore(before)
        loaded.clear()
        for name in set(sys.modules) - modules:
            if name.startswith("plugin_"):
                del sys.modules[name]

    yield forget
    forget()
