"""Help is the same where Python leaves out docstrings."""

import subprocess
import sys

import pytest

from .conftest import TINY, opened

HELP = [
    "",
    "stylize",
    "grid",
    "look",
    "rerun",
    "resume",
    "weights",
    "weights fetch",
    "config",
    "--install-completion",
]


def told(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=900).stdout


@pytest.mark.parametrize("command", HELP)
def test_help_does_not_live_in_docstrings_alone(command):
    arguments = ["-m", "scumble", *command.split(), "--help"]
    assert told("-OO", *arguments) == told(*arguments)


def test_without_docstrings_and_assertions_a_picture_is_painted(desk):
    told("-OO", "-m", "scumble", "stylize", "photo.png", "paint.png", *TINY, "-o", "out.png")
    assert opened(desk / "out.png").size == (64, 48)
