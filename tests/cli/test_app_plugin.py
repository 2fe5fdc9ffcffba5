"""`--plugin FILE`: anywhere on the line of any command; and no record makes a plugin run."""

import json

import numpy as np
import pytest

from scumble.record import read_record

from .conftest import TINY, opened

pytestmark = pytest.mark.usefixtures("forget_plugins")

MINE = """
from pathlib import Path
from scumble.losses.base import losses
from scumble.losses.gram import GramLoss

Path("ran").touch()

@losses("mine")
class Mine(GramLoss):
    pass
"""
PAINT = ("stylize", "photo.png", "paint.png", *TINY, "-q", "-o", "out.png", "--weight.mine", "2")


@pytest.fixture(autouse=True)
def _plugin(desk):
    (desk / "mine.py").write_text(MINE)


@pytest.mark.parametrize(
    "command",
    [
        ("--plugin", "mine.py", *PAINT),
        (*PAINT, "--plugin", "mine.py"),
        (*PAINT[:1], "--plugin=mine.py", *PAINT[1:]),
        (*PAINT, "--plugin", "mine.py", "--plugin", "./mine.py", "--debug"),
    ],
)
def test_a_plugin_anywhere_on_the_line(scumble, command):
    done = scumble(*command)
    assert (done.code, done.last) == (0, "out.png"), done.err
    assert read_record("out.png").costs["mine"] > 0


def test_a_plugin_that_fails_while_it_paints_is_named(scumble, desk):
    with (desk / "mine.py").open("a") as file:
        file.write("    def statistic(self, feature, mask=None):\n        raise ValueError('oh no')\n")
        file.write("    of_moments = GramLoss.__mro__[-3].of_moments\n")
    done = scumble(*PAINT, "--plugin", "mine.py")
    assert done.code == 1
    assert done.err.splitlines()[-2:] == [
        "error: the plugin 'mine.py' failed: line 12: ValueError: oh no",
        "hint: --debug shows where",
    ]


def test_every_command_takes_one(scumble, desk):
    done = scumble("config", "--json", "--plugin", "mine.py", "--weight.mine", "3")
    assert json.loads(done.out)["weight"]["value"]["mine"] == 3
    (desk / "scumble.toml").write_text("[weight]\nmine = 1\n")
    assert scumble("config", "--plugin", "mine.py").code == 0


def test_the_help_says_that_there_are_plugins_and_whose_rights_they_have(scumble):
    told = " ".join(scumble("--help").out.split())
    assert "--plugin FILE anywhere" in told
    assert "runs with your rights" in told


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--plugin",), "--plugin names no file"),
        (("--plugin=",), "--plugin names no file"),
        (("--plugin", "gone.py"), "there is no plugin 'gone.py'"),
        (("--plugin", "photo.png"), "the plugin 'photo.png' is no Python file"),
        (("--plugin", "broken.py"), "the plugin 'broken.py' cannot be imported: line 2: KeyError: 'early'"),
        (("--plugin", "taken.py"), "the plugin 'taken.py': the loss 'gram' is there already"),
    ],
)
def test_what_is_wrong_with_a_plugin(scumble, desk, arguments, error):
    (desk / "broken.py").write_text("x = {}\nx['early']\n")
    (desk / "taken.py").write_text(MINE.replace('"mine"', '"gram"'))
    done = scumble(*PAINT, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0].startswith(f"error: {error}")
    assert len(done.err.splitlines()) <= 2


def test_an_unknown_loss_hints_at_plugins(scumble):
    done = scumble(*PAINT)
    assert done.code == 2
    assert "unknown loss 'mine'" in done.err
    assert "hint: --plugin FILE loads a loss of your own" in done.err


def test_an_unknown_loss_beside_a_plugin_hints_at_what_it_brought(scumble):
    done = scumble(*PAINT[:-2], "--weight.my-loss", "2", "--plugin", "mine.py")
    assert done.code == 2
    assert "unknown loss 'my-loss'" in done.err
    assert "hint: of your own is mine\n" in done.err


@pytest.fixture
def made(scumble, desk, forget_plugins):
    """A picture that a plugin helped to make; the plugin is forgotten, its file still there."""
    scumble(*PAINT, "--plugin", "mine.py")
    forget_plugins()
    (desk / "ran").unlink()
    return "out.png"


def test_the_record_says_which_plugins_there_were(scumble, made):
    (plugin,) = read_record(made).plugins
    assert plugin.name == "mine.py"
    assert f"plugin     mine.py, sha256 {plugin.sha256[:16]}" in scumble("show", made).out


def test_no_record_makes_a_plugin_run(scumble, desk, made):
    for command in (("rerun", made), ("show", made), ("show", made, "--json")):
        done = scumble(*command)
        assert not (desk / "ran").exists()
    done = scumble("rerun", made)
    assert done.code == 2
    first, hint = done.err.splitlines()
    assert first.startswith("error: unknown loss 'mine'")
    assert hint.startswith("hint: --plugin FILE loads it; the record names mine.py (sha256 ")


def test_rerun_with_the_plugin_makes_the_same_pixels(scumble, made):
    done = scumble("rerun", made, "--plugin", "mine.py")
    assert done.code == 0, done.err
    assert "pixels may differ" not in done.err
    assert np.array_equal(opened(made), opened("out-again.png"))


def test_rerun_with_a_plugin_that_has_changed_says_so(scumble, desk, made):
    (desk / "mine.py").write_text(MINE + "# changed\n")
    done = scumble("rerun", made, "--plugin", "mine.py")
    assert "the plugin mine.py is not loaded, or has changed; pixels may differ" in done.err


def test_a_record_of_a_plugin_cannot_point_anywhere(scumble, desk, made):
    told = json.loads(read_record(made).to_json())
    for name in ("/tmp/evil.py", "a\nb.py"):
        told["plugins"][0]["name"] = name
        (desk / "evil.json").write_text(json.dumps(told))
        done = scumble("rerun", "evil.json")
        assert (done.code, len(done.err.splitlines())) == (3, 1)
        assert "plugins.0.name" in done.err


def test_the_help_names_the_formats_of_plugins(scumble, desk):
    writer = "from scumble.outputs.base import Writer, outputs\n@outputs('mine')\nclass Mine(Writer):\n"
    (desk / "format.py").write_text(
        f"{writer}    suffixes = ('.mine',)\n    film = object\n    def still(self): ...\n"
    )
    for command, word in (("stylize", ".mine, .png"), ("stylize", ".gif, .mine or .webp"), ("grid", ".mine")):
        told = " ".join(scumble(command, "--help", "--plugin", "format.py").out.replace("│", " ").split())
        assert word in told
        assert "{" not in told
