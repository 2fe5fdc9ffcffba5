"""The teacher as a backbone computes what the teacher computes."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from training.teacher import CONVOLUTIONS, Teacher

from scumble.backbones.cache import weights_path
from scumble.backbones.weights import load_backbone, verify
from scumble.errors import WeightsError
from scumble.plugins import load_plugin

PLUGIN = Path(__file__).parents[2] / "benchmarks" / "teacher.py"
OWN = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}
HEADS = {"1_1": 64, "2_1": 128, "3_1": 256, "4_1": 512, "5_1": 512}


def random_weights():
    """Weights of the teacher's shapes, with biases that are not 0."""
    generator = torch.Generator().manual_seed(0)
    shapes, inputs = {"preprocess": (3, 3, 1)}, 3
    for name in CONVOLUTIONS:
        if name != "pool":
            shapes[name] = (OWN[name[4]], inputs, 3)
            inputs = OWN[name[4]]
    shapes |= {f"head{name}": (width, OWN[name[0]], 1) for name, width in HEADS.items()}
    weights = {}
    for name, (outputs, width, side) in shapes.items():
        scale = (2 / (width * side * side)) ** 0.5
        weights[f"{name}.weight"] = torch.randn(outputs, width, side, side, generator=generator) * scale
        weights[f"{name}.bias"] = torch.randn(outputs, generator=generator) * 0.1
    return weights


@pytest.fixture
def teacher_file(tmp_path, monkeypatch, forget_plugins):
    """The plugin's environment; the plugin is forgotten afterwards."""
    forget_plugins()
    path = tmp_path / "teacher.safetensors"
    save_file(random_weights(), path)
    monkeypatch.setenv("SCUMBLE_TEACHER", str(path))
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "cache"))
    return path


def activations(teacher, image):
    """What is inside the teacher, all of it."""
    found, feature = {}, teacher.layer("preprocess", image)
    for name in CONVOLUTIONS:
        feature = F.max_pool2d(feature, 2) if name == "pool" else teacher.layer(name, feature).relu()
        found[name.replace("conv", "relu")] = feature
    return found


def test_its_activations_are_the_teachers(teacher_file):
    load_plugin(PLUGIN)
    backbone, teacher = load_backbone("teacher"), Teacher(teacher_file)
    image = torch.rand(1, 3, 51, 38, generator=torch.Generator().manual_seed(1))
    expected = activations(teacher, image)
    layers = [name for name in backbone.names if name.startswith("relu")]
    assert layers == [name for name in expected if name != "pool"]
    found = backbone(image, layers)
    for name in layers:
        torch.testing.assert_close(found[name], expected[name], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found["relu4_2"], teacher(image)["relu4_2"], rtol=1e-4, atol=1e-5)


def test_its_weights_are_whole_say_where_they_come_from_and_are_written_once(teacher_file):
    plugin = load_plugin(PLUGIN)
    found = verify("teacher")
    assert found.ok
    assert teacher_file.name in found.source
    assert "MIT" in found.license
    written = weights_path("teacher").stat().st_mtime_ns
    plugin.install()
    assert weights_path("teacher").stat().st_mtime_ns == written
    weights = random_weights()
    weights["conv1_1.bias"] += 1
    save_file(weights, teacher_file)
    plugin.install()
    assert verify("teacher").sha256 != found.sha256


def test_a_missing_or_other_file_is_refused(teacher_file, monkeypatch, tmp_path):
    plugin = load_plugin(PLUGIN)
    save_file({"conv1_1.weight": torch.zeros(1)}, teacher_file)
    with pytest.raises(WeightsError, match=r"is not the teacher: it lacks 'preprocess\.weight'"):
        plugin.install()
    monkeypatch.setenv("SCUMBLE_TEACHER", str(tmp_path / "none"))
    with pytest.raises(WeightsError, match="is not here"):
        plugin.install()
