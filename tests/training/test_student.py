"""The student is the bundled network, or another one from a table of widths."""

import pytest
import torch
from training.export import equalize
from training.plot import course, plot
from training.student import Student, blocks_of
from training.train import train

from scumble.backbones.base import backbones
from scumble.backbones.compact import Compact


def test_the_default_table_is_that_of_the_bundled_network():
    student, compact = Student().backbone, Compact()
    assert student.names == compact.names
    shapes = [{key: value.shape for key, value in one.state_dict().items()} for one in (student, compact)]
    assert shapes[0] == shapes[1]
    assert [layer.kind for layer in student.features if hasattr(layer, "kind")] == ["average"] * 5


def test_a_student_can_have_other_widths_and_pooling():
    student = Student("4,4/8,8/8,8,12/16,16,16/20", "max")
    assert student.heads["relu3_1"].in_channels == 8
    assert student.heads["relu5_1"].in_channels == 20
    assert "relu4_3" in student.backbone.names
    assert {layer.kind for layer in student.backbone.features if hasattr(layer, "kind")} == {"max"}
    assert student(torch.rand(1, 3, 32, 32))["relu5_1"].shape == (1, 20, 2, 2)


@pytest.mark.parametrize("widths", ["16,16/32,32", "16/16/16/16/16", "a/b/c/d/e", "0,1/1/1/1,1/1"])
def test_tables_that_are_none_are_refused(widths):
    with pytest.raises(SystemExit, match="five blocks"):
        blocks_of(widths)


def test_equalized_layers_have_mean_activation_one_and_the_same_pattern():
    torch.manual_seed(0)
    network, crops = Compact(), torch.rand(2, 3, 32, 32)
    names = [name for name in network.names if name.startswith("relu")]
    before = network(crops, names)
    equalize(network, crops)
    after = network(crops, names)
    for name in names:
        assert after[name].mean() == pytest.approx(1, rel=1e-3)
        torch.testing.assert_close(after[name], before[name] / before[name].mean(), rtol=1e-3, atol=1e-4)


@pytest.mark.usefixtures("forget_plugins")
def test_an_exported_network_can_be_painted_with(recipe, tmp_path, monkeypatch):
    from dataclasses import replace

    from training.candidate import register

    from scumble.backbones.weights import load_backbone

    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path))
    (tmp_path / "weights").mkdir()
    name = "narrow-for-a-test"
    path = train(replace(recipe, widths="4,4/8,8/8,8/8,8/8", pooling="max", backbone=name))
    path.rename(tmp_path / "weights" / path.name)
    register(tmp_path / "weights" / path.name)
    network = load_backbone(name)
    assert network.features[0].weight.shape == (4, 3, 3, 3)
    assert network.features[4].kind == "max"
    assert name in list(backbones)


def test_the_course_of_runs_is_drawn(recipe, tmp_path, capsys):
    from dataclasses import replace

    train(replace(recipe, steps=20, every=10))
    plot(recipe.out, recipe.out, output=tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert "curves.png" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"no log\.jsonl"):
        plot(tmp_path, output=tmp_path / "none.png")


def test_what_is_drawn_is_what_was_logged():
    rows = [
        {"recipe": {}, "from_step": 0},
        {"step": 20, "errors": [0.2, 0.4]},
        {"step": 40, "errors": [0.1, 0.1]},
        {"step": 40, "held_out": {"errors": {"relu1_1": 0.5}}},
        {"step": 40, "held_out": {"errors": {"relu1_1": 0.5}}, "end": True},
    ]
    assert course(rows) == {"training": ([20, 40], pytest.approx([0.3, 0.2])), "relu1_1": ([40], [0.5])}
