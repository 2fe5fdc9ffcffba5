"""Plugins: what they bring, what is said when they are no good, and that nothing of a bad one is kept."""

import hashlib
import sys

import pytest

from scumble.errors import NameTaken, UnknownName, UsageError, WeightsError
from scumble.losses.base import losses
from scumble.plugins import Plugin, load_plugin, loaded_plugins
from scumble.registry import known, names

pytestmark = pytest.mark.usefixtures("forget_plugins")

MINE = """
from dataclasses import dataclass
from scumble.losses.base import losses
from scumble.losses.gram import GramLoss

@losses("mine")
class Mine(GramLoss):
    pass
"""


@pytest.fixture
def written(tmp_path):
    """Write a plugin and return its path."""

    def write(text, name="mine.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_a_plugin_brings_a_loss(written):
    with pytest.raises(UnknownName, match="unknown loss 'mine'"):
        losses["mine"]
    module = load_plugin(written(MINE))
    assert losses["mine"] is module.Mine
    assert "mine" in names("losses")


def test_it_runs_once_in_each_process(written):
    path = written(MINE)
    assert load_plugin(path) is load_plugin(str(path))


def test_two_of_one_name_are_two(written, tmp_path):
    (tmp_path / "other").mkdir()
    first, second = written(MINE), written(MINE.replace('"mine"', '"other"'), "other/mine.py")
    assert load_plugin(first) is not load_plugin(second)
    assert losses["mine"] is not losses["other"]
    assert len(loaded_plugins()) == 2


def test_what_was_loaded_is_known_by_name_and_content(written):
    assert loaded_plugins() == ()
    path = written(MINE)
    load_plugin(path)
    path.write_text("changed since")
    assert loaded_plugins() == (Plugin("mine.py", hashlib.sha256(MINE.encode()).hexdigest()),)


def test_a_module_that_was_just_imported_is_known_too(written, monkeypatch):
    path = written(MINE, "plugin_by_import.py")
    monkeypatch.syspath_prepend(path.parent)
    __import__("plugin_by_import")
    assert loaded_plugins() == (Plugin("plugin_by_import.py", hashlib.sha256(MINE.encode()).hexdigest()),)
    assert load_plugin(path) is sys.modules["plugin_by_import"]


BAD = [
    # text, error, message, hint
    ("1 / 0\n", UsageError, "cannot be imported: line 1: ZeroDivisionError: division by zero", ""),
    ("x = 1\nimport nowhere_at_all\n", UsageError, "line 2: ModuleNotFoundError: No module named 'nowhere", ""),
    ("def f(:\n", UsageError, "cannot be imported: line 1: SyntaxError: ", ""),
    ("raise SystemExit(0)\n", UsageError, "cannot be imported: line 1: SystemExit: 0", ""),
    ("text = '\0'\n", UsageError, "cannot be imported: ", ""),
    ("x = 1\n", UsageError, "registers nothing", 'a class under @losses("name")'),
    (MINE.replace('"mine"', '"gram"'), NameTaken, "the loss 'gram' is there already, from scumble.losses.gram",
     "give it another name"),
    (MINE.replace('"mine"', '"nearest"'), NameTaken, "the loss 'nearest' is there already", "another name"),
    (MINE + "1 / 0\n", UsageError, "line 9: ZeroDivisionError", ""),
    (MINE + "from scumble.errors import WeightsError\nraise WeightsError('no weights', 'fetch them')\n",
     WeightsError, "no weights", "fetch them"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "error", "message", "hint"), BAD, ids=[row[2] for row in BAD])
def test_a_bad_one_is_told_in_a_line_and_leaves_nothing(written, text, error, message, hint):
    before, path = known(), written(text)
    for _ in range(2):
        with pytest.raises(error) as caught:
            load_plugin(path)
        assert message in caught.value.message
        assert hint in caught.value.hint
        assert bool(hint) == bool(caught.value.hint)
        assert known() == before
        assert "plugin_mine" not in sys.modules
        assert loaded_plugins() == ()
    path.write_text(MINE)  # mended
    assert load_plugin(path).Mine is losses["mine"]


def test_no_such_file(tmp_path):
    with pytest.raises(UsageError, match=r"there is no plugin '.*none\.py'") as error:
        load_plugin(tmp_path / "none.py")
    assert (error.value.exit_code, error.value.hint) == (
        2,
        "--plugin takes a Python file, such as my_loss.py",
    )


def test_no_python(written):
    with pytest.raises(UsageError, match=r"'.*mine\.txt' is no Python file") as error:
        load_plugin(written(MINE, "mine.txt"))
    assert error.value.hint == "its name must end in .py"
