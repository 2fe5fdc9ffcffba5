"""Keras's and MatConvNet's VGG files."""

import sys
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from scipy.io import savemat

from scumble.backbones.formats import read_file
from scumble.backbones.normalization import Normalization
from scumble.errors import WeightsError

WIDTHS = (64, 128, 256, 512, 512)
DEPTHS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


def vgg_arrays(name):
    """VGG's convolutions by block and number, (h, w, I, O) and (O,): zeros but for marks that show each axis."""
    inputs = 3
    for block, depth in enumerate(DEPTHS[name], start=1):
        for number in range(1, depth + 1):
            outputs = WIDTHS[block - 1]
            kernel = np.zeros((3, 3, inputs, outputs), np.float32)
            kernel[0, 1, 2, 5] = 10 * block + number
            yield block, number, kernel, np.full(outputs, block + number / 10, np.float32)
            inputs = outputs


def vgg_index(name, block, number):
    return 2 * (sum(DEPTHS[name][: block - 1]) + number - 1) + block - 1


def assert_vgg(contents, name):
    assert len(contents.weights) == 2 * sum(DEPTHS[name])
    for block, number, kernel, bias in vgg_arrays(name):
        index = vgg_index(name, block, number)
        weight = contents.weights[f"features.{index}.weight"]
        assert weight.shape == (kernel.shape[3], kernel.shape[2], 3, 3)
        assert weight[5, 2, 0, 1] == 10 * block + number
        assert weight.count_nonzero() == 1
        assert torch.equal(contents.weights[f"features.{index}.bias"], torch.from_numpy(bias))


def refused(path, name="vgg19"):
    with pytest.raises(WeightsError) as caught:
        read_file(path, name)
    assert caught.value.exit_code == 4
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


def write_keras(path, name, layout):
    with h5py.File(path, "w") as file:
        for block, number, kernel, bias in vgg_arrays(name):
            layer = f"block{block}_conv{number}"
            names = {
                "keras 1": (f"{layer}/{layer}_W_1:0", f"{layer}/{layer}_b_1:0"),
                "keras 2": (f"{layer}/kernel:0", f"{layer}/bias:0"),
                "nested": (f"{layer}/{layer}/kernel:0", f"{layer}/{layer}/bias:0"),
                "model": (
                    f"model_weights/{layer}/{layer}_1/kernel:0",
                    f"model_weights/{layer}/{layer}_1/bias:0",
                ),
            }[layout]
            file[names[0]], file[names[1]] = kernel, bias
        file.create_group("block1_pool")
        file["fc1/fc1/kernel:0"] = np.zeros((4, 4), np.float32)
        file["optimizer_weights/Adam/block1_conv1/kernel/m:0"] = np.ones((3, 3, 3, 64), np.float32)


@pytest.mark.parametrize(
    ("layout", "name"),
    [("keras 1", "vgg19"), ("keras 2", "vgg16"), ("nested", "vgg16"), ("model", "vgg16")],
)
def test_keras_file(tmp_path, layout, name):
    write_keras(tmp_path / "notop.h5", name, layout)
    contents = read_file(tmp_path / "notop.h5", name)
    assert_vgg(contents, name)
    assert contents.normalization == Normalization(
        "bgr", 255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0), 1.0
    )
    assert contents.source.startswith("Keras file notop.h5, SHA-256 ")


def test_keras_file_of_another_network(tmp_path):
    write_keras(tmp_path / "notop.h5", "vgg16", "keras 2")
    assert refused(tmp_path / "notop.h5", "vgg19").message == "notop.h5: the file holds 'vgg16', not 'vgg19'"


def small_keras(path, **datasets):
    with h5py.File(path, "w") as file:
        for name, value in datasets.items():
            file[f"block1_conv1/{name}:0"] = value


def test_keras_file_with_other_things(tmp_path):
    path = tmp_path / "odd.h5"
    small_keras(path, kernel=np.zeros((3, 3, 3, 64), np.int32))
    assert (
        "block1_conv1/kernel:0 is int32 (3, 3, 3, 64) and should be an array of floating"
        in refused(path, "vgg19").message
    )
    small_keras(path, kernel="text")
    assert "block1_conv1/kernel:0 is object ()" in refused(path, "vgg19").message
    small_keras(path, kernel=np.zeros((3, 3, 3, 64), np.float32))
    assert (
        "the file does not hold 'vgg19': features.0.bias (64,) is missing" in refused(path, "vgg19").message
    )
    small_keras(path, other=np.zeros(3, np.float32))
    assert "features.0.weight (64, 3, 3, 3) is missing" in refused(path, "vgg19").message


def test_keras_file_that_points_out_of_itself(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(256))
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        outside = [(str(secret), 0, 256)]
        file.create_dataset("block1_conv1/bias:0", (64,), "f4", external=outside)
    assert "should be an array of floating-point numbers in the file" in refused(path, "vgg19").message


def test_keras_dataset_that_claims_too_much(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("block1_conv1/kernel:0", (10**6, 10**6, 3, 64), "f4", chunks=(3, 3, 3, 64))
    assert "(1000000, 1000000, 3, 64)" in refused(tmp_path / "a.h5", "vgg19").message


@pytest.mark.parametrize("length", [9, 100, 900])
def test_truncated_keras_file(tmp_path, length):
    small_keras(tmp_path / "a.h5", kernel=np.zeros((3, 3, 3, 64), np.float32))
    data = (tmp_path / "a.h5").read_bytes()
    (tmp_path / "a.h5").write_bytes(data[:length])
    assert refused(tmp_path / "a.h5").message.startswith("a.h5 is a damaged Keras file: ")


def write_matconvnet(path, name, new, mean=(123.0, 117.0, 104.0)):
    layers: list[dict[str, Any]] = []
    for block, number, kernel, bias in vgg_arrays(name):
        layer: dict[str, Any] = {"type": "conv", "name": f"conv{block}_{number}", "stride": [1, 1]}
        if new:
            cell = np.empty((1, 2), object)
            cell[0, 0], cell[0, 1] = kernel, bias.reshape(-1, 1)
            layers.append(layer | {"weights": cell})
        else:
            layers.append(layer | {"filters": kernel, "biases": bias.reshape(1, -1)})
        layers.append({"type": "relu", "name": f"relu{block}_{number}"})
    layers.append(
        {"type": "conv", "name": "fc8", "filters": np.zeros((1, 1, 2, 2), np.float32), "biases": np.zeros(2)}
    )
    cells = np.empty((1, len(layers)), object)
    cells[0, :] = layers
    picture = np.broadcast_to(np.float32(mean), (1, 1, 3) if new else (22, 22, 3))
    normalization = {"normalization": {"averageImage": picture, "border": [0, 0]}}
    savemat(path, {"layers": cells} | ({"meta": normalization} if new else normalization))


@pytest.mark.parametrize(("new", "name"), [(True, "vgg16"), (False, "vgg19")], ids=["new vgg16", "old vgg19"])
def test_matconvnet_file(tmp_path, new, name):
    write_matconvnet(tmp_path / "verydeep.mat", name, new)
    contents = read_file(tmp_path / "verydeep.mat", name)
    assert_vgg(contents, name)
    assert contents.normalization == Normalization("rgb", 255.0, (123.0, 117.0, 104.0), (1.0, 1.0, 1.0), 1.0)
    assert contents.source.startswith("MatConvNet file verydeep.mat, SHA-256 ")


def test_matconvnet_file_with_other_things(tmp_path):
    path = tmp_path / "odd.mat"
    savemat(path, {"x": 1.0})
    assert refused(path, "vgg19").message == "odd.mat: it holds no layers"
    cells = np.empty((1, 2), object)
    cells[0, :] = [{"type": "relu"}, {"type": "pool"}]
    savemat(path, {"layers": cells})
    assert refused(path, "vgg19").message == "odd.mat: it holds no averageImage of three channels"
    savemat(path, {"layers": cells, "normalization": {"averageImage": np.array([1000, 0, 0], np.float32)}})
    assert (
        "its averageImage is (1000.0, 0.0, 0.0) and should be within 0 to 255"
        in refused(path, "vgg19").message
    )
    savemat(path, {"layers": cells, "normalization": {"averageImage": np.array([1, 2, 3], np.float32)}})
    assert "features.0.weight (64, 3, 3, 3) is missing" in refused(path, "vgg19").message


def test_truncated_matconvnet_file(tmp_path):
    path = tmp_path / "a.mat"
    savemat(path, {"layers": np.zeros((100, 100))})
    data = path.read_bytes()
    for length in (60, 130, 200, 5000):
        path.write_bytes(data[:length])
        assert refused(path).message.startswith("a.mat")


def test_matlab_7_3(tmp_path):
    (tmp_path / "a.mat").write_bytes(b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600))
    error = refused(tmp_path / "a.mat")
    assert (error.message, error.hint) == ("a.mat is a MATLAB 7.3 file", "save it with MATLAB's -v7")


def test_missing_extra(tmp_path, monkeypatch):
    small_keras(tmp_path / "a.h5", kernel=np.zeros(3))
    monkeypatch.setitem(sys.modules, "h5py", None)
    error = refused(tmp_path / "a.h5", "vgg19")
    assert "needs h5py" in error.message
    assert error.hint == "pip install 'scumble[import]'"
