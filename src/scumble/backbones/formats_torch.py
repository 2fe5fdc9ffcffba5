"""Torchvision's `.pth` files, whole or only their features."""

import io
import math
import re
import struct
import zipfile
from functools import partial
from pathlib import Path
from pickle import UnpicklingError

import torch

from scumble.backbones.contents import LARGEST_FILE, Unread
from scumble.backbones.formats_pickle import Stored, Unpickling
from scumble.backbones.normalization import KERAS, TORCHVISION, Normalization
from scumble.backbones.published import CAFFE_PTH, megabytes
from scumble.disk.digest import file_sha256
from scumble.errors import WeightsError

MAX_PICKLE = 2**20  # bytes; VGG-19's has 4000
WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "params")


def read(path: Path) -> tuple[dict[str, object], Normalization]:
    """Return what is called `features.{i}.weight` or `{i}.weight`, and the input that it expects.

    The state dict may lie within a checkpoint, and its names behind `module.`. No numbers are read yet.
    """
    state, places = _zipped(path) if zipfile.is_zipfile(path) else _legacy(path)
    state = _unwrapped(state)
    weights: dict[str, object] = {}
    for key, value in state.items():
        name = str(key)[:200].removeprefix("module.")
        if name.startswith("classifier."):
            continue
        match = re.fullmatch(r"(?:features\.)?(\d{1,3}\.(?:weight|bias))", name)
        if not match:
            raise WeightsError(f"it holds {name[:80]!r}; known are features.0.weight and 0.weight")
        weights[f"features.{match[1]}"] = _unread(path, value, places) if isinstance(value, Stored) else value
    return weights, KERAS if file_sha256(path).startswith(CAFFE_PTH) else TORCHVISION


def _unwrapped(state: object) -> dict[object, object]:
    """Return the state dict that a checkpoint holds."""
    for _ in range(len(WRAPPERS)):
        inner = [state[name] for name in WRAPPERS if name in state] if isinstance(state, dict) else []
        if not inner or not isinstance(inner[0], dict):
            break
        state = inner[0]
    if not isinstance(state, dict):
        raise WeightsError(f"it holds a {type(state).__name__} and should hold a state dict")
    return state


def _zipped(path: Path) -> tuple[object, dict[str, tuple[int, int]]]:
    """Return what an archive holds, and from each storage to where it begins and how many bytes it has."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        size = sum(entry.file_size for entry in entries.values())
        if size > LARGEST_FILE:
            raise WeightsError(
                f"it unpacks to {megabytes(size)}; at most {megabytes(LARGEST_FILE)} are allowed"
            )
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
            raise WeightsError("it is a compressed archive, which torch never writes")
        name = next((name for name in entries if name.rpartition("/")[2] == "data.pkl"), "")
        if not name or entries[name].file_size > MAX_PICKLE:
            raise UnpicklingError("no pickle, or a large one")
        folder = name.removesuffix("data.pkl")
        if f"{folder}byteorder" in entries and archive.read(f"{folder}byteorder") != b"little":
            raise WeightsError("its numbers are big-endian; save it on another machine")
        machine = Unpickling()
        state = machine.read(io.BytesIO(archive.read(name)))
        places = {}
        for key in machine.storages:
            entry = entries[f"{folder}data/{key}"]
            places[key] = (_start(path, entry.header_offset), entry.file_size)
    return state, places


def _start(path: Path, header: int) -> int:
    """Return where the bytes of an archive's entry begin, behind its name and what else its header holds."""
    with path.open("rb") as file:
        file.seek(header + 26)
        name, extra = struct.unpack("<HH", file.read(4))
    return header + 30 + int(name) + int(extra)


def _legacy(path: Path) -> tuple[object, dict[str, tuple[int, int]]]:
    """Return the same of a file of the time before 2020: five pickles, then each storage behind its size."""
    places = {}
    with path.open("rb") as file:
        head = io.BytesIO(file.read(MAX_PICKLE))
        for _ in range(3):  # magic number, version, machine
            Unpickling().read(head)
        machine = Unpickling()
        state, keys = machine.read(head), Unpickling().read(head)
        file.seek(head.tell())
        for key in keys:
            count, size = int.from_bytes(file.read(8), "little"), machine.storages[key].dtype.itemsize
            places[key] = (file.tell(), count * size)
            file.seek(count * size, io.SEEK_CUR)
    return state, places


def _unread(path: Path, tensor: Stored, places: dict[str, tuple[int, int]]) -> Unread:
    """Return a tensor that is read from its bytes when its shape is known to be right."""
    start, size = places[tensor.storage.key]
    dtype = tensor.storage.dtype
    begin, length = tensor.offset * dtype.itemsize, tensor.span * dtype.itemsize
    wanted = partial(_read, path, tensor, start + begin, length, begin + length <= size)
    return Unread(tensor.shape, dtype, wanted)


def _read(path: Path, tensor: Stored, start: int, length: int, within: bool) -> torch.Tensor:
    if not within or math.prod(tensor.shape) == 0:
        raise WeightsError("it holds a tensor that reaches beyond its numbers")
    with path.open("rb") as file:
        file.seek(start)
        data = bytearray(file.read(length))
    if len(data) < length:
        raise WeightsError("it ends within a tensor")
    return torch.frombuffer(data, dtype=tensor.storage.dtype).as_strided(tensor.shape, tensor.stride)
