"""Weights of the user's own are kept in a folder of each test's own, and published files come from a server here."""

import pytest

from ..published import alexnet, bomb, data, failure, folder, publish, server, torch_bytes

__all__ = ["alexnet", "bomb", "data", "failure", "folder", "publish", "server", "torch_bytes"]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(folder):
    pass
