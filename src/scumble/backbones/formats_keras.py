"""Keras's VGG files, `vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5` and their like."""

import re
from pathlib import Path

import torch

from scumble.backbones.contents import LARGEST_FILE
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

    found: dict[tuple[int, int], dict[str, torch.Tensor]] = {}

    def collect(
        name: str, item: object
    ) -> None:  # called for each object; links out of the file are not followed
        match = DATASET.fullmatch(name)
        if match and isinstance(item, h5py.Dataset):
            part = "weight" if match[3] in ("kernel", "W") else "bias"
            found.setdefault((int(match[1]), int(match[2])), {})[part] = _tensor(name, item)

    with h5py.File(path, "r") as file:
        file.visititems(collect)
    return torchvision_names(found), KERAS


def _tensor(name: str, dataset: object) -> torch.Tensor:
    shape, dtype = dataset.shape, dataset.dtype  # type: ignore[attr-defined] # h5py has no types
    outside = dataset.external or dataset.is_virtual  # type: ignore[attr-defined]
    size = 8
    for side in shape:
        size *= side
    if outside or dtype.kind != "f" or size > LARGEST_FILE:
        raise WeightsError(
            f"{name} is {dtype} {shape} and should be an array of floating-point numbers in the file"
        )
    array = torch.from_numpy(dataset[()].astype("float32"))  # type: ignore[index]
    return array.permute(3, 2, 0, 1) if array.ndim == 4 else array  # (h, w, I, O) to (O, I, h, w)


def torchvision_names(found: dict[tuple[int, int], dict[str, torch.Tensor]]) -> dict[str, object]:
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
