"""Weights files that are kept: written whole, verified, loaded frozen."""

import hashlib
import resource
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from scumble.backbones.contents import digest
from scumble.backbones.formats import read_file
from scumble.backbones.normalization import KERAS
from scumble.backbones.weights import (
    load_backbone,
    save_weights,
    verify,
    weights_folder,
    weights_path,
    weights_sha256,
)
from scumble.errors import UnknownName, UsageError, WeightsError


def test_the_folder_follows_the_environment(folder, monkeypatch, tmp_path):
    assert weights_folder() == folder
    assert weights_path("vgg19") == folder / "vgg19.safetensors"
    monkeypatch.delenv("SCUMBLE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    assert weights_folder() == tmp_path / "user" / "scumble" / "weights"


def test_the_bundled_network_loads_without_any_file_of_the_user():
    assert weights_path("compact").parent.name == "data"
    assert load_backbone("compact").names[0] == "conv1_1"
    assert verify("compact").ok


def test_missing_weights_say_what_to_do():
    with pytest.raises(WeightsError) as caught:
        load_backbone("vgg19")
    assert caught.value.message == "backbone 'vgg19' has no weights here"
    assert caught.value.hint == (
        "scumble weights fetch vgg19 (575 MB), or scumble weights import vgg19 FILE, or --backbone compact"
    )
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("ask", [load_backbone, verify, weights_path, weights_sha256])
def test_an_unknown_backbone(ask):
    with pytest.raises(
        UnknownName, match=r"unknown backbone 'vgg-19'; did you mean 'vgg19'\? known: "
    ) as caught:
        ask("vgg-19")
    assert caught.value.exit_code == 2


def test_what_is_saved_is_loaded(alexnet, folder):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert save_weights(alexnet) == folder / "alexnet.safetensors"
    network = load_backbone("alexnet")
    assert network.normalization == KERAS
    assert torch.equal(network.mean.flatten(), torch.tensor(KERAS.mean))
    for key, tensor in network.state_dict().items():
        assert torch.equal(tensor, alexnet.weights[key])
        assert tensor.dtype == torch.float32
    assert network.get_parameter("features.3.weight").is_contiguous(memory_format=torch.channels_last)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert torch.equal(torch.get_rng_state(), before), "loading moved the global random state"
    network(torch.rand(1, 3, 70, 70), ["relu5"])


def test_pooling_is_passed_on(alexnet):
    save_weights(alexnet)
    assert load_backbone("alexnet", "average").features[2].kind == "average"
    assert load_backbone("alexnet").features[2].kind == "max"


def test_half_precision_files_are_read_in_float32(alexnet, folder):
    half = {key: value.half() for key, value in alexnet.weights.items()}
    header = alexnet.header() | {"digest": digest(alexnet.header(), half)}
    folder.mkdir(parents=True)
    save_file(half, folder / "alexnet.safetensors", header)
    network = load_backbone("alexnet")
    assert torch.equal(network.get_parameter("features.0.weight"), half["features.0.weight"].float())


def test_verify_and_sha256(alexnet):
    path = save_weights(alexnet)
    found = verify("alexnet")
    assert found.ok
    assert (found.source, found.license, found.normalization) == ("made by a test", "CC0", KERAS)
    assert found.size == path.stat().st_size
    assert found.sha256 == weights_sha256("alexnet") == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_kept_file_is_read_like_any_other(alexnet, tmp_path):
    path = save_weights(alexnet).rename(tmp_path / "moved.bin")
    contents = read_file(path, "alexnet")
    assert (contents.source, contents.license, contents.normalization) == ("made by a test", "CC0", KERAS)
    with pytest.raises(WeightsError, match=r"^moved.bin: the file holds 'alexnet', not 'vgg16'$"):
        read_file(path, "vgg16")


def test_disk_full_leaves_the_old_file(alexnet, folder):
    path = save_weights(alexnet)
    old = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(WeightsError) as caught:
            save_weights(replace(alexnet, source="another"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.message == f"{folder} takes no weights: File too large"
    assert caught.value.hint.startswith("make 9.9 MB of room there, or set SCUMBLE_CACHE_DIR")
    assert caught.value.exit_code == 4
    assert path.read_bytes() == old
    assert list(folder.iterdir()) == [path]


def test_a_folder_that_cannot_be_made(alexnet, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="takes no weights: Not a directory"):
        save_weights(alexnet)
    with pytest.raises(WeightsError, match="backbone 'alexnet' has no weights here"):
        load_backbone("alexnet")


def test_bundled_weights_are_not_replaced(alexnet):
    with pytest.raises(UsageError, match="the weights of 'compact' come with Scumble") as caught:
        save_weights(replace(alexnet, backbone="compact"))
    assert caught.value.exit_code == 2
