"""A picture as it is made, and files of weights as they are published, for the commands that read them."""

import pytest

from ...published import alexnet, data, folder, publish, server
from ..conftest import TINY

__all__ = ["alexnet", "data", "folder", "publish", "server"]


@pytest.fixture
def made(scumble):
    """A picture with several styles, noise and a file to start from."""
    done = scumble("stylize", "photo.png", "paint.png", "photo.png", *TINY, "-q", "-o", "out.png",
                   "--style-weights", "3,1", "--start", "paint.png", "--strength", "70", "--seed", "7")  # fmt: skip
    assert done.code == 0, done.err
    return "out.png"
