"""MatConvNet's VGG files, `imagenet-vgg-verydeep-19.mat` and its like."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from scumble.backbones.formats_keras import torchvision_names
from scumble.backbones.normalization import MATCONVNET, Normalization
from scumble.errors import WeightsError


def read(path: Path) -> tuple[dict[str, object], Normalization]:
    """Return the convolutions by torchvision's numbers, and the input with the file's own mean."""
    from scipy.io import loadmat

    names = ["layers", "meta", "normalization"]
    file = loadmat(path, variable_names=names, squeeze_me=True, struct_as_record=False)
    if "layers" not in file:
        raise WeightsError("it holds no layers")
    found = dict(_convolutions(file["layers"]))
    return torchvision_names(found), replace(MATCONVNET, mean=_mean(file))


def _convolutions(layers: Any) -> Iterator[tuple[tuple[int, int], dict[str, torch.Tensor]]]:
    for layer in layers:
        match = re.fullmatch(r"conv([1-5])_([1-4])", str(getattr(layer, "name", "")))
        if match:  # the fully connected layers are convolutions, too
            # one cell of two arrays since 2015, two fields before
            cell = getattr(layer, "weights", None)
            kernel, bias = (layer.filters, layer.biases) if cell is None else cell
            arrays = {"weight": _tensor(kernel).permute(3, 2, 0, 1), "bias": _tensor(bias).flatten()}
            yield (int(match[1]), int(match[2])), arrays


def _tensor(array: Any) -> torch.Tensor:
    """Return an array as it is; kernels are (h, w, I, O), although `vl_nnconv`'s help says (w, h, I, O)."""
    if array.dtype.kind != "f":
        raise WeightsError(f"it holds {array.dtype} and should hold floating-point numbers")
    return torch.from_numpy(array.astype("float32"))


def _mean(file: dict[str, Any]) -> tuple[float, float, float]:
    """Return the mean color, RGB, 0 to 255; files hold it as such or as a whole picture."""
    meta = file.get("meta")
    normalization = getattr(meta, "normalization", None) or file.get("normalization")
    image = getattr(normalization, "averageImage", None)
    if image is None or image.shape[-1:] != (3,):
        raise WeightsError("it holds no averageImage of three channels")
    red, green, blue = map(float, image.reshape(-1, 3).mean(axis=0))
    if not all(0 <= value <= 255 for value in (red, green, blue)):
        raise WeightsError(f"its averageImage is ({red}, {green}, {blue}) and should be within 0 to 255")
    return red, green, blue
