"""Plugins: what they bring, what is said when they are no good, and that nothing of a bad one is kept."""

import hashlib
import sys
from typing import Any

import pytest
import torch

from scumble.backbones.base import backbones
from scumble.errors import (
    BadOption,
    NameTaken,
    PluginFailed,
    RunFailed,
    UnknownName,
    UsageError,
    WeightsError,
)
from scumble.losses.base import losses
from scumble.objective.compared import Compared
from scumble.options import Options
from scumble.plugins import Plugin, load_plugin, loaded_plugins
from scumble.registry import known, names
from scumble.runs.prepare import prepare

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


LOSS = """
import sys
import torch
from scumble.losses.base import Loss, losses

calls = 0

@losses("own")
class Own(Loss):
    reference = "content"
    on_image = True
    fits_tiles = False

    def statistic(self, feature, mask=None):
        {statistic}

    def distance(self, statistic, target):
        global calls
        calls += 1
        apart = (statistic - target).square().mean((1, 2, 3))
        {distance}
"""


@pytest.fixture
def run_with(written, content, style):
    """Return a run with a loss whose methods end in given lines."""

    def prepared(distance="return apart", statistic="return feature", **options):
        load_plugin(written(LOSS.format(statistic=statistic, distance=distance)))
        few: dict[str, Any] = {"size": 48, "coarsest": 0, "steps": 3, "threads": 1, "weight": {"own": 1.0}}
        return prepare(content, style, **few | options)

    return prepared


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            {"distance": "return apart.mean()"},
            r"distance of the loss 'own' gives a tensor of shape \(\) for 1",
        ),
        ({"distance": "return apart[:, None]"}, r"gives a tensor of shape \(1, 1\) for 1"),
        ({"distance": "return 3.0"}, "gives an object of type float"),
        ({"distance": "return None"}, "gives an object of type NoneType"),
        ({"distance": "return apart.to(torch.complex64)"}, "gives a tensor of torch.complex64"),
        ({"distance": "return apart.long()"}, "gives a tensor of torch.int64"),
        ({"distance": "return apart.to('meta')"}, "gives a tensor on meta"),
        ({"distance": "return apart.detach()"}, "gives what does not depend on the picture"),
        ({"distance": "return torch.ones(1)"}, "gives what does not depend on the picture"),
        ({"statistic": "return feature.detach()"}, "statistic of the loss 'own' gives what does not depend"),
        ({"statistic": "return [feature]"}, "statistic of the loss 'own' gives an object of type list"),
        ({"statistic": "return feature.mean()"}, r"gives a tensor of shape \(\) for 1"),
        ({"statistic": "return feature / 0 * 0"}, "gives numbers that are not finite"),
    ],
)
def test_what_a_loss_gives_that_is_not_asked_for_is_told_with_its_name(run_with, lines, said):
    with pytest.raises(
        PluginFailed, match=f"^the plugin 'mine.py': .*{said}.*; it should be a tensor"
    ) as found:
        list(run_with(**lines))
    assert "\n" not in found.value.message


@pytest.mark.parametrize(
    "line",
    ["sys.exit(3)", "raise SystemExit", "raise GeneratorExit", "raise BaseException('odd')", "raise StopIteration",
     "raise MemoryError", "raise OSError(28, 'No space')", "1 / 0"],
)  # fmt: skip
def test_whatever_a_plugin_raises_midway_the_picture_so_far_is_kept(run_with, line):
    run = run_with(f"return apart if calls < 3 else {line}" if "raise" not in line else
                   f"if calls > 2: {line}\n        return apart")  # fmt: skip
    with pytest.raises(PluginFailed, match=r"^the plugin 'mine.py' failed: line \d+: ") as found:
        list(run)
    assert found.value.exit_code == 1
    assert found.value.__cause__ is not None
    assert run.result().record.stopped


def test_ctrl_c_in_a_plugin_is_ctrl_c(run_with):
    with pytest.raises(KeyboardInterrupt):
        list(run_with("raise KeyboardInterrupt"))


def test_a_loss_that_is_no_number_any_more_is_said(run_with):
    run = run_with("return apart if calls < 6 else apart * float('nan')", steps=20)
    with pytest.raises(RunFailed, match=r"non-finite at step \d+ \(own\), and so it had before"):
        list(run)
    assert run.result().record.steps < 20


def test_a_double_is_no_mistake(run_with):
    list(run_with("return apart.double()"))


NAMED = """
from torch import nn
from scumble.backbones.base import Backbone, backbones

@backbones("named")
class Named(Backbone):
    @classmethod
    def build(cls):
        return [("r1", nn.Conv2d(3, 4, 3)), ("layer3.1", nn.Conv2d(4, 4, 3, stride=4))]
"""


def test_a_backbone_has_its_own_names_of_layers(written):
    load_plugin(written(NAMED))
    options = Options(backbone="named", content_layers="layer3.1", style_layers="r1=2,layer3.1=1")
    with torch.device("meta"):
        backbone = backbones["named"]()
    compared = Compared(options, backbone)
    assert compared.layers["content"] == {"layer3.1": 1.0}
    assert compared.layers["covariance"] == {"r1": 2.0, "layer3.1": 1.0}
    late = Compared(options.replace(weight={"nearest": 1.0}), backbone)
    assert late.layers["nearest"] == {"layer3.1": 3.0}  # from block 3, as VGG has it at stride 4
    with pytest.raises(UnknownName, match=r"unknown layer 'layer3\.2'; did you mean 'layer3\.1'\?"):
        Compared(options.replace(content_layers="layer3.2"), backbone)
    with pytest.raises(BadOption, match=r"'layer3\.1' is no layer"):
        Options(content_layers="layer3.1")
