"""Torchvision's `.pth` files, whole or only their features."""

import re
import zipfile
from pathlib import Path

import torch

from scumble.backbones.cache import file_sha256
from scumble.backbones.contents import LARGEST_FILE
from scumble.backbones.normalization import KERAS, TORCHVISION, Normalization
from scumble.backbones.published import CAFFE_PTH, megabytes
from scumble.errors import WeightsError


def read(path: Path) -> tuple[dict[str, object], Normalization]:
    """Return what is called `features.{i}.weight` or `{i}.weight`, and the input that it expects.

    `weights_only=True` unpickles tensors and plain containers, and nothing that runs.
    """
    _require_plain_archive(path)
    with path.open("rb") as file:  # not the path: torch.load would go by its ending
        state = torch.load(file, map_location="cpu", weights_only=True)
    if not isinstance(state, dict):
        raise WeightsError(f"it holds a {type(state).__name__} and should hold a state dict")
    weights: dict[str, object] = {}
    for key, value in state.items():
        if str(key).startswith("classifier."):
            continue
        match = re.fullmatch(r"(?:features\.)?(\d{1,3}\.(?:weight|bias))", str(key))
        if not match:
            raise WeightsError(f"it holds {str(key)[:80]!r}; known are features.0.weight and 0.weight")
        weights[f"features.{match[1]}"] = value
    return weights, KERAS if file_sha256(path).startswith(CAFFE_PTH) else TORCHVISION


def _require_plain_archive(path: Path) -> None:
    """Raise `WeightsError` for an archive that would unpack to more than any weights file has."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_FILE:
            raise WeightsError(
                f"it unpacks to {megabytes(size)}; at most {megabytes(LARGEST_FILE)} are allowed"
            )
