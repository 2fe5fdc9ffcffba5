"""No command writes over a file that it reads, not even where it is told to overwrite."""

import pytest

from .conftest import TINY

OVER = ("--on-exists", "overwrite")
COMMANDS = {
    "look": ("look", "photo.png", "--layer", "relu1_1", "-o", "photo.png"),
    "look at regions": ("look", "photo.png", "paint.png", "--regions", "-o", "paint.png"),
    "grid": ("grid", "photo.png", "paint.png", *TINY, "--x", "strength=20,50", "-o", "./photo.png"),
    "grid of styles": ("grid", "photo.png", "paint.png", *TINY, "--x", "style-scale=1,2", "-o", "paint.png"),
    "grid from a start": (
        "grid", "photo.png", "paint.png", *TINY, "--x", "strength=20,50", "--start", "made.png", "-o", "made.png"
    ),
    "compare": ("compare", "photo.png", "paint.png", "-o", "photo.png"),
    "compare with": ("compare", "photo.png", "paint.png", "--content", "made.png", "-o", "made.png"),
    "curves": ("curves", "made.png", "-o", "made.png"),
    "start": ("stylize", "photo.png", "paint.png", *TINY, "--start", "made.png", "-o", "made.png"),
    "continue": ("stylize", "--continue-from", "made.png", "--steps", "+2", "-o", "made.png"),
    "timelapse": ("stylize", "film.gif", "paint.png", *TINY, "-o", "out.png", "--timelapse", "film.gif"),
}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_what_is_read_is_never_replaced(scumble, desk, content, command):
    content.rgb.save("film.gif")
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "made.png")
    before = {path.name: path.read_bytes() for path in desk.iterdir()}
    refused = scumble(*command, *OVER)
    assert refused.code == 2
    assert "that is read" in refused.err or "that it is painted from" in refused.err
    assert refused.err.endswith("hint: give it another name\n")
    assert {path.name: path.read_bytes() for path in desk.iterdir()} == before
