"""MatConvNet's VGG files, `imagenet-vgg-verydeep-19.mat` and its like."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from scumble.backbones.contents import Unread
from scumble.backbones.formats_keras import torchvision_names
from scumble.backbones.formats_matlab import Array, read_variables
from scumble.backbones.normalization import MATCONVNET, Normalization
from scumble.errors import WeightsError


def read(path: Path) -> tuple[dict[str, object], Normalization]:
    """Return the convolutions by torchvision's numbers, and the input with the file's own mean."""
    file = read_variables(path, ["layers", "meta", "normalization"])
    if not isinstance(file.get("layers"), list):
        raise WeightsError("it holds no layers")
    found = dict(_convolutions(file["layers"]))
    return torchvision_names(found), replace(MATCONVNET, mean=_mean(file))


def _convolutions(layers: list[Any]) -> Iterator[tuple[tuple[int, int], dict[str, Unread]]]:
    for layer in layers:
        fields = layer if isinstance(layer, dict) else {}
        match = re.fullmatch(r"conv([1-5])_([1-4])", str(fields.get("name", ""))[:20])
        if match:  # the fully connected layers are convolutions, too
            # one cell of two arrays since 2015, two fields before
            kernel, bias = fields.get("weights") or (fields.get("filters"), fields.get("biases"))
            yield (
                (int(match[1]), int(match[2])),
                {"weight": _unread(kernel), "bias": _unread(bias, flat=True)},
            )


def _unread(array: object, flat: bool = False) -> Unread:
    """Return an array in torch's order; kernels are (h, w, I, O), although `vl_nnconv`'s help says (w, h, I, O)."""
    if not isinstance(array, Array) or not array.is_float:
        raise WeightsError("it holds something else where floating-point numbers should be")
    values = (
        array.values.reshape(-1) if flat else array.values.transpose(*range(array.values.ndim)[:1:-1], 0, 1)
    )
    return Unread(values.shape, torch.float32, lambda: torch.from_numpy(values.astype("float32")))


def _mean(file: dict[str, Any]) -> tuple[float, float, float]:
    """Return the mean color, RGB, 0 to 255; files hold it as such or as a whole picture."""
    meta = file.get("meta")
    within = meta.get("normalization") if isinstance(meta, dict) else None
    normalization = within or file.get("normalization")
    image = normalization.get("averageImage") if isinstance(normalization, dict) else None
    if not isinstance(image, Array) or image.values.shape[-1:] != (3,):
        raise WeightsError("it holds no averageImage of three channels")
    red, green, blue = map(float, image.values.reshape(-1, 3).mean(axis=0))
    if not all(0 <= value <= 255 for value in (red, green, blue)):
        raise WeightsError(f"its averageImage is ({red}, {green}, {blue}) and should be within 0 to 255")
    return red, green, blue
