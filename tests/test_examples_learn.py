"""What is there to learn from: the algorithm without Scumble and with it, and the notebook."""

import re
import runpy
import sys
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest
import torch
from nbclient import NotebookClient
from PIL import Image
from traitlets.config import Config

import with_scumble
import without_scumble
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


@pytest.fixture(scope="module")
def notebook():
    """The notebook as it lies in the repository."""
    return nbformat.read(EXAMPLES / "walkthrough.ipynb", as_version=4)


@pytest.fixture(scope="module")
def executed(notebook, tmp_path_factory):
    """The notebook after a run at thumbnail size, by a kernel of its own over sockets in a folder: no network."""
    copy = deepcopy(notebook)
    (parameters,) = [cell for cell in copy.cells if "parameters" in cell.metadata.get("tags", [])]
    parameters.source = "SIZE = 32\nSTEPS = 6"
    with (
        TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):  # short: a socket's path has 107 bytes
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(variable, str(tmp_path_factory.mktemp("home")))
        patch.setenv("OMP_NUM_THREADS", "1")
        config = Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})
        where = {"metadata": {"path": str(EXAMPLES)}}
        NotebookClient(copy, config=config, timeout=600, startup_timeout=600, resources=where).execute()
    return {cell.id: cell.outputs for cell in copy.cells if cell.cell_type == "code"}


def test_the_notebook_keeps_what_it_shows_and_nothing_of_the_machine(notebook):
    assert (EXAMPLES / "walkthrough.ipynb").stat().st_size < 300_000
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.execution_count for cell in code)
    assert all(set(cell.metadata) <= {"tags"} for cell in code)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


def test_what_the_notebook_keeps_is_what_its_cells_show(notebook, executed):
    kept = {cell.id: cell.outputs for cell in notebook.cells if cell.cell_type == "code"}
    for name in ("load", "content-cost-code", "gram-code", "layer-cost-code"):  # at any size
        assert "".join(one.text for one in kept[name]) == "".join(one.text for one in executed[name])
    for name, outputs in executed.items():
        shown = [sum(one.output_type == "display_data" for one in some) for some in (kept[name], outputs)]
        assert shown[0] == shown[1], name


def test_the_notebook_runs_without_a_warning(executed):
    told = [output for outputs in executed.values() for output in outputs]
    assert not [output.text for output in told if output.output_type == "stream" and output.name == "stderr"]
    assert all(output.output_type in ("stream", "display_data") for output in told)


def test_the_notebook_shows_what_it_speaks_of(notebook, executed):
    pictures = {
        name for name, outputs in executed.items() for one in outputs if "image/png" in one.get("data", {})
    }
    kept = {
        cell.id
        for cell in notebook.cells
        for one in cell.get("outputs", [])
        if "image/jpeg" in one.get("data", {})
    }
    assert kept == pictures
    assert pictures == {
        "read", "show-maps", "shuffle", "start-code", "descent-code", "look", "default-code", "covariance-code",
        "relative-code", "pyramid-code", "lbfgs-code", "regions-code",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["content-cost-code", "layer-cost-code"])
def test_what_is_reckoned_by_hand_in_the_notebook_is_computed(executed, name):
    said = "".join(output.text for output in executed[name])
    by_hand, computed = re.fullmatch(r"by hand [\d /]+ = ([\d.]+), computed ([\d.]+)\n", said).groups()
    assert by_hand == computed


def test_the_library_goes_the_notebooks_way(executed):
    """Step for step the costs of the descent by hand and of the preset."""
    said = "".join(output.text for output in executed["library-code"])
    pairs = re.findall(r"by hand (\S+), Scumble (\S+)", said)
    assert len(pairs) == 4
    for by_hand, library in pairs:
        assert float(library) == pytest.approx(float(by_hand), rel=1e-3)
