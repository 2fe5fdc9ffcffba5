"""The command `scumble weights`."""

import json
import subprocess
import sys

import pytest
import torch

from scumble import registry
from scumble.backbones.fetch import fetch
from scumble.backbones.weights import (
    save_weights,
    weights_path,
)
from scumble.cli.commands.weights import app
from scumble.errors import DownloadError, OutputExists, UsageError, WeightsError

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def run():
    """Run `scumble weights` with these arguments."""
    return lambda *arguments: app(arguments, exit_on_error=False, result_action="return_value")


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["path", "vgg19"], ["fetch", "--help"]])
def test_quick_commands_import_no_torch(arguments):
    code = "import sys; from scumble.cli.commands.weights import app; app(sys.argv[1:], result_action='return_value')"
    code += "; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)


@pytest.mark.parametrize("command", ["fetch", "verify", "import", "list", "path"])
def test_help_ends_in_an_example(command, capsys, run):
    run(command, "--help")
    assert f"Example: scumble weights {command}" in capsys.readouterr().out


def test_list_and_path(alexnet, capsys, folder, run):
    path = save_weights(alexnet)
    run("list", "--json")
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == registry.names("backbones")
    assert (rows["alexnet"]["state"], rows["alexnet"]["size"]) == ("here", path.stat().st_size)
    assert (rows["vgg19"]["state"], rows["vgg19"]["download_size"]) == ("missing", 574_673_361)
    assert rows["compact"]["state"] == "bundled"
    run("list")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["alexnet", "here", "9.9", "MB", str(path)]
    run("path")
    run("path", "vgg19")
    assert capsys.readouterr().out == f"{folder}\n{folder}/vgg19.safetensors\n"


def test_import_and_verify(alexnet, tmp_path, capsys, run):
    torch.save(alexnet.weights, tmp_path / "mine.pth")
    run("import", "alexnet", str(tmp_path / "mine.pth"))
    out, told = capsys.readouterr()
    assert out == f"{weights_path('alexnet')}\n"
    assert "torch file mine.pth, SHA-256 " in told
    assert told.endswith(
        "input is taken to be RGB, 0 to 1, mean 0.485, 0.456, 0.406, deviation 0.229, 0.224, 0.225\n"
    )
    run("verify", "--json")
    found = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert found.keys() == {"alexnet", "compact"}
    assert found["alexnet"]["ok"]
    assert found["alexnet"]["normalization"]["channels"] == "rgb"
    run("verify", "alexnet")
    assert capsys.readouterr().out.split()[:2] == ["alexnet", "ok"]


def test_import_replaces_only_when_told_to(alexnet, tmp_path, run):
    path = save_weights(alexnet)
    torch.save(alexnet.weights, tmp_path / "mine.pth")
    with pytest.raises(OutputExists, match="alexnet has weights already: ") as caught:
        run("import", "alexnet", str(tmp_path / "mine.pth"))
    assert (caught.value.hint, caught.value.exit_code) == ("--force puts the new ones there", 2)
    old = path.read_bytes()
    run("import", "alexnet", str(tmp_path / "mine.pth"), "--force")
    assert path.read_bytes() != old


def test_import_of_the_bundled_network_is_refused(tmp_path, run):
    with pytest.raises(UsageError, match="the weights of 'compact' come with Scumble"):
        run("import", "compact", str(tmp_path / "mine.pth"))


def test_verify_of_a_damaged_file_prints_all_and_fails(alexnet, capsys, run):
    path = save_weights(alexnet)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(WeightsError) as caught:
        run("verify")
    assert caught.value.message.startswith("damaged: alexnet; the weights of 'alexnet' are unusable: ")
    assert caught.value.hint == "scumble weights fetch alexnet --force"
    states = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    assert states == [["alexnet", "damaged"], ["compact", "ok"]]


def test_the_command_says_the_size_first_and_prints_the_path(publish, folder, capsys, run):
    published = publish("ok")
    run("fetch", "alexnet")
    out, told = capsys.readouterr()
    assert out == f"{folder / 'alexnet.safetensors'}\n"
    lines = told.splitlines()
    assert lines[0] == f"alexnet: 9.9 MB from {published.url}; 9.9 MB are kept in {folder}"
    assert lines[1] == "license: BSD-3-Clause, torchvision; trained on ImageNet"
    assert lines[-1] == "alexnet: 9.9 MB of 9.9 MB"
    assert len(lines) == 12


def test_the_command_leaves_what_is_here(publish, server, capsys, run):
    publish("ok")
    path = fetch("alexnet")
    run("fetch", "alexnet")
    out, told = capsys.readouterr()
    assert (out, told) == (f"{path}\n", "alexnet is here already, and whole; --force fetches it again\n")
    run("fetch", "alexnet", "--force")
    assert server.asked.total() == 2


def test_the_command_passes_failures_on(publish, folder, run):
    publish("404")
    with pytest.raises(DownloadError, match="the server answers 404"):
        run("fetch", "alexnet")
    assert not list(folder.glob("*.safetensors"))
