"""Weights files of others that would take all memory, or for ever, are refused before anything is unpacked."""

import io
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib
from collections import OrderedDict
from contextlib import suppress

import h5py
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scumble.backbones.formats import read_file
from scumble.backbones.formats_matlab import read_variables
from scumble.backbones.formats_pickle import Unpickling
from scumble.errors import WeightsError


def state_of(name):
    from scumble.backbones.base import backbones

    torch.manual_seed(1)
    return backbones[name]().state_dict()


def zipped(path, data, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a/data.pkl", data)
        archive.writestr("a/version", "3\n")


def dump_of(depth):
    """A dictionary whose key is a tuple of one tuple twice, and so on: hashing it takes 2 to the depth."""
    tuples = b")q\x00" + b"".join(b"h" + bytes([n]) + b"\x86q" + bytes([n + 1]) for n in range(depth))
    return b"\x80\x02}" + tuples + b"K\x01s."


def chunked(path, **how):
    with h5py.File(path, "w") as file:
        for number in range(10):
            name = f"block{number % 5 + 1}_conv{number // 5 + 1}/kernel:0"
            file.create_dataset(name, (3, 3, 3_000_000, 3), "f4", chunks=(3, 3, 1000, 3), **how)


def packed_keras(path):
    with h5py.File(path, "w") as file:
        file.create_dataset("block1_conv1/kernel:0", data=np.zeros((3, 3, 3, 64)), compression="gzip")


def huge_chunk(path):
    with h5py.File(path, "w") as file:
        sides = {"maxshape": (None, None, None, None), "chunks": (300, 300, 30, 64)}
        file.create_dataset("block1_conv1/kernel:0", (3, 3, 3, 64), "f4", **sides)


def element(kind, data):
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(kind, sides, name, *parts):
    head = element(6, struct.pack("<II", kind, 0)) + element(5, struct.pack(f"<{len(sides)}i", *sides))
    return element(14, head + element(1, name) + b"".join(parts))


def mat(path, *elements):
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(elements))


def packed(data):
    data = zlib.compress(data, 9)
    return struct.pack("<II", 15, len(data)) + data


def packed_zeros(path):
    """3 MB that unpack to 3 GB."""
    deflate = zlib.compressobj(9)
    inner = struct.pack("<II", 14, 3 * 10**9)
    parts = [deflate.compress(inner)] + [deflate.compress(bytes(10**7)) for _ in range(300)]
    data = b"".join([*parts, deflate.flush()])
    mat(path, struct.pack("<II", 15, len(data)) + data)


def large_text(path):
    zipped(path, b"\x80\x02X\xff\xff\xff\x0f" + bytes(2**28 - 1) + b".", zipfile.ZIP_DEFLATED)


def many_structs(path):
    fields = element(5, b"\x20\0\0\0"), element(1, b"a" * 32)
    mat(path, matrix(2, (30_000, 30_000), b"layers", *fields))


def many_cells(path):
    mat(path, packed(matrix(1, (1, 4_000_000), b"layers", element(14, b"") * 4_000_000)))


HOSTILE = {
    "tuple.pth": lambda path: zipped(path, dump_of(40)),
    "opcodes.pth": lambda path: zipped(path, b"\x80\x02" + b"N0" * 400_000 + b"."),
    "pushes.pth": lambda path: zipped(path, b"\x80\x02" + b"N" * 900_000 + b"."),
    "large.pth": large_text,
    "global.pth": lambda path: zipped(path, b"\x80\x02cbuiltins\nexec\n(X\x01\x00\x00\x001tR."),
    "chunks.h5": chunked,
    "packed.h5": packed_keras,
    "huge_chunk.h5": huge_chunk,
    "zeros.mat": packed_zeros,
    "cells.mat": lambda path: mat(path, matrix(1, (1, 2_000_000_000), b"layers")),
    "struct.mat": many_structs,
    "empties.mat": many_cells,
    "negative.mat": lambda path: mat(path, matrix(6, (-1, -1), b"layers", element(9, bytes(8)))),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A folder with one file of each kind."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, make in HOSTILE.items():
        make(folder / name)
    return folder


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(hostile, name):
    with pytest.raises(WeightsError) as caught:
        read_file(hostile / name, "vgg19")
    assert caught.value.message.startswith(name)
    assert len(caught.value.message) < 400


GROWTH = """
import resource, sys, torch, h5py
from pathlib import Path
from scumble.backbones.contents import expected_shapes
from scumble.backbones.formats import read_file
from scumble.errors import WeightsError
expected_shapes("vgg19")
import scumble.backbones.formats_torch, scumble.backbones.formats_keras, scumble.backbones.formats_matconvnet
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sorted(Path(sys.argv[1]).iterdir()):
    try:
        read_file(path, "vgg19")
    except WeightsError:
        pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_hostile_files_take_less_than_200_mb(hostile):
    command = [sys.executable, "-c", GROWTH, str(hostile)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=900)
    assert int(done.stdout) < 200


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"state_dict": state, "epoch": 3, "optimizer": {"state": {0: {"betas": (0.9, 0.99)}}}},
        lambda state: {"model": {f"module.{key}": value for key, value in state.items()}},
        lambda state: {"model_state_dict": OrderedDict(state)},
        lambda state: {f"module.{key}": torch.nn.Parameter(value) for key, value in state.items()},
        lambda state: state | {"features.0.bias": torch.full((1,), 0.5).expand(64)},
        lambda state: state | {"features.0.bias": torch.arange(128.0)[::2]},
        lambda state: state | {
            "features.6.bias": (flat := torch.arange(800.0))[8:392], "features.3.bias": flat[:192]},
        lambda state: {key: value.contiguous(memory_format=torch.channels_last) if value.ndim == 4 else value
                       for key, value in state.items()},
    ],
    ids=["state_dict", "module", "ordered", "parameters", "expanded", "strided", "shared", "channels last"],
)  # fmt: skip
def test_what_people_save_is_read_as_torch_reads_it(tmp_path, zipped, wrap):
    state = wrap(state_of("alexnet"))
    torch.save(state, tmp_path / "a.pth", _use_new_zipfile_serialization=zipped)
    expected = torch.load(tmp_path / "a.pth", weights_only=True)
    for name in ("state_dict", "model", "model_state_dict"):
        expected = expected.get(name, expected)
    contents = read_file(tmp_path / "a.pth", "alexnet")
    assert len(contents.weights) == len(expected)
    for key, value in expected.items():
        read = contents.weights[key.removeprefix("module.")]
        assert torch.equal(read, value)
        assert read.is_contiguous()
        assert read.untyped_storage().nbytes() == read.nbytes


def test_numbers_beyond_the_storage_are_refused(tmp_path):
    torch.save(state_of("alexnet"), tmp_path / "a.pth")
    with zipfile.ZipFile(tmp_path / "a.pth") as whole, zipfile.ZipFile(tmp_path / "b.pth", "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name)[: 100 if name.endswith("data/1") else None])
    with pytest.raises(WeightsError, match="it holds a tensor that reaches beyond its numbers"):
        read_file(tmp_path / "b.pth", "alexnet")


OPCODES = [
    *(
        b"\x80\x02",
        b"}",
        b"(",
        b"K\x01",
        b"u",
        b"s",
        b")",
        b"\x86",
        b"h\0",
        b"q\0",
        b"X\1\0\0\0a",
        b"Q",
        b"R",
        b"b",
    ),
    *(b"ctorch\nSize\n", b"ctorch._utils\n_rebuild_tensor_v2\n", b"]", b"e", b"a", b"t", b"N", b"."),
]


@given(st.binary(max_size=60) | st.lists(st.sampled_from(OPCODES)).map(b"".join))
@settings(max_examples=200)
def test_no_pickle_raises_anything_undeclared(data):
    with suppress(pickle.UnpicklingError):
        Unpickling().read(io.BytesIO(data))


@given(st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_no_damaged_file_raises_anything_undeclared(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    kind = data.draw(st.sampled_from(["pth", "legacy", "mat"]))
    if kind == "mat":
        fields = element(5, b"\4\0\0\0"), element(1, b"abc\0"), matrix(6, (1, 2), b"", element(9, bytes(16)))
        mat(folder / "any", matrix(1, (1, 1), b"layers", matrix(2, (1, 1), b"", *fields)))
    else:
        torch.save(
            {"features.0.bias": torch.zeros(4)}, folder / "any", _use_new_zipfile_serialization=kind == "pth"
        )
    whole = bytearray((folder / "any").read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    (folder / "any").write_bytes(
        whole[: data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole
    )
    with pytest.raises(WeightsError):
        read_file(folder / "any", "alexnet")


def test_a_matlab_file_as_scipy_writes_it(tmp_path):
    from scipy.io import savemat

    cells = np.empty((1, 2), object)
    cells[0, :] = [{"name": "conv1_1", "values": np.arange(6.0).reshape(2, 3)}, "text"]
    for compression in (False, True):
        savemat(
            tmp_path / "a.mat",
            {"layers": cells, "other": 1, "single": np.array([[1], [2]], np.float32)},
            do_compression=compression,
        )
        found = read_variables(tmp_path / "a.mat", ["layers", "single"])
        assert found.keys() == {"layers", "single"}
        first, second = found["layers"]
        assert (first["name"], second) == ("conv1_1", "text")
        assert np.array_equal(first["values"].values, np.arange(6.0).reshape(2, 3))
        assert found["single"].is_float
