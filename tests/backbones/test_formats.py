"""Weights files from elsewhere: what is read is right, what is not is refused, and nothing in them runs."""

import pickle
import re
import struct
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from scumble.backbones.contents import LARGEST_FILE
from scumble.backbones.formats import read_file
from scumble.backbones.normalization import KERAS, TORCHVISION
from scumble.backbones.published import PUBLISHED
from scumble.errors import UnknownName, WeightsError

CONVOLUTIONS = {0: (64, 3, 11), 3: (192, 64, 5), 6: (384, 192, 3), 8: (256, 384, 3), 10: (256, 256, 3)}


def alexnet_state(prefix="features."):
    """AlexNet's convolutions, all different."""
    generator = torch.Generator().manual_seed(0)
    state = {}
    for index, (outputs, inputs, side) in CONVOLUTIONS.items():
        state[f"{prefix}{index}.weight"] = torch.randn(outputs, inputs, side, side, generator=generator)
        state[f"{prefix}{index}.bias"] = torch.randn(outputs, generator=generator)
    return state


def refused(path, name="alexnet"):
    with pytest.raises(WeightsError) as caught:
        read_file(path, name)
    assert caught.value.exit_code == 4
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize("prefix", ["features.", ""], ids=["whole", "features"])
def test_torchvision_file(tmp_path, zipped, prefix):
    state = alexnet_state(prefix)
    classifier = {"classifier.1.weight": torch.zeros(4, 4), "classifier.1.bias": torch.zeros(4)}
    path = tmp_path / "any name"
    torch.save(state | classifier if prefix else state, path, _use_new_zipfile_serialization=zipped)
    contents = read_file(path, "alexnet")
    assert contents.backbone == "alexnet"
    assert contents.weights.keys() == alexnet_state().keys()
    assert all(torch.equal(contents.weights[key], value) for key, value in alexnet_state().items())
    assert contents.normalization == TORCHVISION
    assert re.fullmatch(r"torch file any name, SHA-256 [0-9a-f]{64}", contents.source)


def test_half_precision_becomes_float32(tmp_path):
    torch.save({key: value.half() for key, value in alexnet_state().items()}, tmp_path / "half.pth")
    weights = read_file(tmp_path / "half.pth", "alexnet").weights
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


def test_torchvisions_gain_is_that_of_its_deviation():
    assert TORCHVISION.gain == pytest.approx(57.63)
    assert KERAS.gain == 1.0


def test_another_network_than_asked(tmp_path):
    torch.save(alexnet_state(), tmp_path / "a.pth")
    error = refused(tmp_path / "a.pth", "vgg19")
    assert error.message == "a.pth: the file holds 'alexnet', not 'vgg19'"
    assert error.hint == "scumble weights import alexnet FILE"


def test_unknown_backbone(tmp_path):
    torch.save(alexnet_state(), tmp_path / "a.pth")
    with pytest.raises(UnknownName, match="unknown backbone 'alexnett'; did you mean 'alexnet'"):
        read_file(tmp_path / "a.pth", "alexnett")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"features.3.weight": torch.zeros(192, 64, 3, 3)},
            "a.pth: the file does not hold 'alexnet': "
            "features.3.weight is (192, 64, 3, 3) and should be (192, 64, 5, 5)",
        ),
        ({"features.0.bias": None}, "the file does not hold 'alexnet': features.0.bias (64,) is missing"),
        ({"features.1.weight": torch.zeros(64)}, "features.1.weight does not belong there"),
        ({"layer1.0.weight": torch.zeros(64)}, "it holds 'layer1.0.weight'; known are features.0.weight and "),
        ({"features.0.bias": torch.zeros(64).int()}, "features.0.bias holds torch.int32 and should hold floating-"),
        ({"features.0.bias": torch.zeros(64, dtype=torch.complex64)}, "features.0.bias holds torch.complex64"),
        ({"features.0.bias": torch.zeros(64).to_sparse()}, "a.pth holds more than tensors, or is damaged; nothing"),
        ({"features.6.bias": torch.full((384,), float("nan"))}, "features.6.bias holds numbers that are not finite"),
        ({"features.6.bias": torch.full((384,), float("inf"))}, "features.6.bias holds numbers that are not finite"),
        ({"features.0.bias": "text"}, "features.0.bias is () and should be (64,)"),
    ],
)  # fmt: skip
def test_wrong_contents_are_named(tmp_path, change, message):
    state = {key: value for key, value in (alexnet_state() | change).items() if value is not None}
    torch.save(state, tmp_path / "a.pth")
    assert message in refused(tmp_path / "a.pth").message


def test_no_state_dict(tmp_path):
    torch.save([torch.zeros(3)], tmp_path / "list.pth")
    assert refused(tmp_path / "list.pth").message == "list.pth: it holds a list and should hold a state dict"


def test_a_tensor_that_claims_more_than_the_file_holds(tmp_path):
    torch.save(alexnet_state() | {"features.0.bias": torch.zeros(1).expand(10**12)}, tmp_path / "a.pth")
    assert "features.0.bias is (1000000000000,) and should be (64,)" in refused(tmp_path / "a.pth").message


def test_an_archive_that_unpacks_to_too_much(tmp_path):
    path = tmp_path / "bomb.pth"
    torch.save({}, path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data/0", b"0" * 1000)
    data = path.read_bytes()
    entry = data.rindex(b"PK\x01\x02")  # the last entry of the directory: its size is at 24
    path.write_bytes(data[: entry + 24] + struct.pack("<I", 2 * LARGEST_FILE) + data[entry + 28 :])
    assert "it unpacks to 2147 MB; at most 1074 MB are allowed" in refused(path).message


@pytest.mark.parametrize("name", ["a.pth", "a.h5", "a.mat", "a.safetensors", "a"])
@pytest.mark.parametrize("kind", ["zip", "legacy", "plain"])
def test_no_code_in_a_file_runs(tmp_path, kind, name, bomb):
    path = tmp_path / name
    state = alexnet_state() | {"features.0.bias": bomb}
    if kind == "plain":
        path.write_bytes(pickle.dumps(bomb))
        message = f"{name} is no weights file that Scumble knows"
    else:
        torch.save(state, path, _use_new_zipfile_serialization=kind == "zip")
        message = f"{name} holds more than tensors, or is damaged; nothing in it was run"
    assert refused(path).message == message
    assert not bomb.canary.exists()


def test_the_canary_would_be_made_by_plain_pickle(bomb):
    pickle.loads(pickle.dumps(bomb))
    assert bomb.canary.exists()


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_truncated_torch_files(tmp_path, zipped):
    path = tmp_path / "a.pth"
    torch.save(alexnet_state(), path, _use_new_zipfile_serialization=zipped)
    data = path.read_bytes()
    for length in (32, 100, 1000, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        refused(path)


@pytest.mark.parametrize("data", [b"", b"x", b"<html>404</html>", bytes(100), b"\x80\x04K\x01."])
def test_no_weights_file(tmp_path, data):
    (tmp_path / "a.pth").write_bytes(data)
    error = refused(tmp_path / "a.pth")
    assert error.message == "a.pth is no weights file that Scumble knows"
    assert (
        error.hint
        == "give it a torchvision .pth, a Keras .h5, a MatConvNet .mat, or Scumble's own .safetensors"
    )


def test_no_file_and_a_folder(tmp_path):
    assert refused(tmp_path / "none.pth").message == f"there is no file {tmp_path / 'none.pth'}"
    assert refused(tmp_path).message == f"there is no file {tmp_path}"


def test_a_file_that_is_too_large(tmp_path):
    with (tmp_path / "a.pth").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)  # sparse: takes no room
    assert refused(tmp_path / "a.pth").message == "a.pth has 1074 MB; a weights file has at most 1074 MB"


def test_safetensors_of_others_are_refused(tmp_path):
    save_file(alexnet_state(), tmp_path / "a.safetensors")
    message = "a.safetensors: the header does not say backbone, digest, license, normalization, source; "
    assert refused(tmp_path / "a.safetensors").message == message + "Scumble did not write the file"


def test_published_files_are_named_by_their_digest():
    for published in PUBLISHED.values():
        assert re.fullmatch(rf".*-{published.sha256[:8]}\.pth", published.file_name)
        assert re.fullmatch(r"[0-9a-f]{64}", published.sha256)
        assert published.url.startswith("https://")
