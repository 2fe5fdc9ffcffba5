"""What is there to learn from: the algorithm without Scumble and with it, and the notebook."""

import runpy
import sys
from pathlib import Path

import pytest
import torch
from examples import with_scumble, without_scumble
from PIL import Image

from scumble.backbones.base import backbones
from scumble.backbones.contents import Contents
from scumble.backbones.normalization import KERAS
from scumble.backbones.weights import save_weights, weights_path

from .pictures import difference

EXAMPLES = Path(__file__).parents[1] / "examples"
SIZE = (48, 40)
STEPS = 6


@pytest.fixture
def pictures(content, style, tmp_path):
    """The paths of two small pictures."""
    paths = [tmp_path / "content.png", tmp_path / "style.png"]
    for picture, path in zip((content, style), paths, strict=True):
        picture.rgb.save(path)
    return [str(path) for path in paths]


@pytest.fixture(params=["compact", "vgg19"])
def backbone(request, monkeypatch, tmp_path):
    """The bundled network, and VGG-19 with random weights, which read another kind of input."""
    if request.param == "vgg19":
        monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path))
        with torch.random.fork_rng():
            torch.manual_seed(0)
            weights = backbones["vgg19"]().state_dict()
        save_weights(Contents("vgg19", weights, KERAS, "random", "none"))
    return request.param


def plain_costs(backbone, pictures):
    """Total, content and style cost of the first images, without Scumble."""
    network = without_scumble.Network(weights_path(backbone))
    content, style = (without_scumble.read(path, SIZE) for path in pictures)
    steps = without_scumble.paint(network, content, style, STEPS)
    return torch.tensor([[float(cost) for cost in costs] for *costs, _ in steps])


def test_both_ways_cost_the_same_step_for_step(backbone, pictures):
    costs = []
    with_scumble.paint(
        *pictures,
        backbone=backbone,
        size="{}x{}".format(*SIZE),
        steps=STEPS,
        on_step=lambda step: costs.append(list(step.costs().values())),
    )
    plain = plain_costs(backbone, pictures)
    torch.testing.assert_close(torch.tensor(costs), plain, rtol=1e-4, atol=0)
    assert plain[-1, 0] < plain[0, 0]


def test_both_scripts_paint_the_same_picture(pictures, tmp_path, monkeypatch, capsys):
    painted, said = [], []
    for script in ("with_scumble.py", "without_scumble.py"):
        output = tmp_path / f"{script}.png"
        arguments = [*pictures, str(output), "--size", "{}x{}".format(*SIZE), "--steps", str(STEPS)]
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        runpy.run_path(str(EXAMPLES / script), run_name="__main__")
        said.append(capsys.readouterr().out.splitlines())
        with Image.open(output) as picture:
            painted.append(picture.convert("RGB"))
        monkeypatch.setitem(sys.modules, "scumble", None)  # the second has to do without
    assert painted[0].size == SIZE
    assert difference(*painted) < 0.5
    assert [len(lines) for lines in said] == [1, 2]


def test_the_algorithm_fits_on_two_pages():
    assert (EXAMPLES / "without_scumble.py").read_text(encoding="utf-8").count("\n") < 120
