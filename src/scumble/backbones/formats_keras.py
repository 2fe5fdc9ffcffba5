"""Keras's VGG files, `vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5` and their like."""

import math
import re
from functools import partial
from pathlib import Path
from typing import Any

import torch

from scumble.backbones.contents import LARGEST_FILE, Unread
from scumble.backbones.normalization import KERAS, Normalization
from scumble.errors import WeightsError

# block1_conv1/block1_conv1_W_1:0 by Keras 1; block1_conv1/kernel:0, or with the name twice, later
DATASET = re.compile(
    r"(?:model_weights/)?block([1-5])_conv([1-4])/(?:[^/]+/)*"
    r"(?:block\d_conv\d_)?(kernel|W|bias|b)(?:_1)?(?::0)?"
)


def read(path: Path) -> tuple[dict[str, object], Normalization]:
    """Return the convolutions by torchvision's numbers, and the input that Keras's files expect."""
    import h5py

    found: dict[tuple[int, int], dict[str, Any]] = {}

    def collect(
        name: str, item: object
    ) -> None:  # called for each object; links out of the file are not followed
        match = DATASET.fullmatch(name)
        if match and isinstance(item, h5py.Dataset):
            part = "weight" if match[3] in ("kernel", "W") else "bias"
            found.setdefault((int(match[1]), int(match[2])), {})[part] = _unread(path, name, item)

    with h5py.File(path, "r") as file:
        file.visititems(collect)
    return torchvision_names(found), KERAS


def _unread(path: Path, name: str, dataset: Any) -> Unread:
    """Return an array that is read from the file when its shape is known to be right.

    A filter may unpack a small chunk to any size, and a chunk may be larger than its array.
    """
    shape, dtype = dataset.shape, dataset.dtype
    outside = dataset.external or dataset.is_virtual
    if outside or dtype.kind != "f" or 8 * math.prod(shape) > LARGEST_FILE:
        raise WeightsError(
            f"{name} is {dtype} {shape} and should be an array of floating-point numbers in the file"
        )
    if dataset.id.get_create_plist().get_nfilters() or math.prod(dataset.chunks or ()) > 4 * math.prod(shape):
        raise WeightsError(f"{name} is packed", "save the file without compression")
    whole = (*shape[:1:-1], *shape[:2]) if len(shape) == 4 else shape  # (h, w, I, O) to (O, I, h, w)
    return Unread(whole, torch.float32, partial(_read, path, name))


def _read(path: Path, name: str) -> torch.Tensor:
    import h5py

    with h5py.File(path, "r") as file:
        array = torch.from_numpy(file[name][()].astype("float32"))
    return array.permute(3, 2, 0, 1) if array.ndim == 4 else array


def torchvision_names(found: dict[tuple[int, int], dict[str, Any]]) -> dict[str, object]:
    """Return `features.{i}.weight` and `.bias` of convolutions that are known by block and number.

    Each convolution is followed by a ReLU and each block by a pooling layer, hence the numbers.

    Example:
        >>> weights = torchvision_names({(1, 1): {"bias": 1}, (1, 2): {"bias": 2}, (2, 1): {"bias": 3}})
        >>> list(weights)
        ['features.0.bias', 'features.2.bias', 'features.5.bias']
    """
    return {
        f"features.{2 * order + block - 1}.{part}": tensor
        for order, (block, number) in enumerate(sorted(found))
        for part, tensor in found[block, number].items()
    }
