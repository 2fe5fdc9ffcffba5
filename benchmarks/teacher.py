"""A plugin: the network that the bundled one learned from, as the backbone `teacher`, to measure against it.

`python -m benchmarks.quality --plugin benchmarks/teacher.py --setting default --setting "teacher: backbone=teacher"`.
Its file is named by SCUMBLE_TEACHER. A copy in Scumble's own format is kept in SCUMBLE_CACHE_DIR, or else, and
then as the folder of all weights, in `runs/teacher`.
"""

import os
from contextlib import suppress
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.cache import is_here
from scumble.backbones.contents import Contents
from scumble.backbones.layers import Conv, Pool
from scumble.backbones.normalization import Normalization
from scumble.backbones.weights import read_weights, save_weights
from scumble.disk.digest import file_sha256
from scumble.errors import WeightsError

REPOSITORY = Path(__file__).parents[1]
FILE = REPOSITORY.parent / "shared" / "teacher" / "cd-vgg19-16x.safetensors"
BLOCKS = ((16, 16), (32, 32), (64, 64, 64, 64), (128, 128, 128, 128), (128,))
PLAIN = Normalization("rgb", 1.0, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))  # its first layer normalizes
LICENSE = "MIT, Copyright (c) 2020 Huan Wang"


@backbones("teacher")
class TeacherBackbone(Backbone):
    """VGG-19 compressed 16 times, up to relu5_1, with its own widths; padded by mirroring.

    Wang et al.: Collaborative Distillation for Ultra-Resolution Universal Style Transfer (2020),
    https://arxiv.org/abs/2003.08436.
    """

    own_pooling = "max"

    @classmethod
    def build(cls) -> list[tuple[str, nn.Module]]:
        layers: list[tuple[str, nn.Module]] = [("preprocess", Conv(3, 3, kernel=1))]
        inputs = 3
        for block, widths in enumerate(BLOCKS, start=1):
            for number, outputs in enumerate(widths, start=1):
                layers.append((f"conv{block}_{number}", Conv(inputs, outputs, padding="reflect")))
                layers.append((f"relu{block}_{number}", nn.ReLU()))
                inputs = outputs
            if block < len(BLOCKS):
                layers.append((f"pool{block}", Pool()))
        return layers


def converted(path: Path) -> Contents:
    """Return the teacher's convolutions under Scumble's names; the heads into VGG-19's space are left out."""
    given = load_file(path)
    weights = {
        f"features.{position}.{part}": given[f"{name}.{part}"]
        for position, (name, layer) in enumerate(TeacherBackbone.build())
        if isinstance(layer, nn.Conv2d)
        for part in ("weight", "bias")
    }
    return Contents("teacher", weights, PLAIN, f"{path.name}, sha256 {file_sha256(path)}", LICENSE)


def install() -> None:
    """Put the weights where Scumble looks for them, unless the same ones are there.

    Raises:
        WeightsError: there is no such file, or it holds another network.
    """
    os.environ.setdefault("SCUMBLE_CACHE_DIR", str(REPOSITORY / "runs" / "teacher"))
    path = Path(os.environ.get("SCUMBLE_TEACHER", FILE))
    if not path.is_file():
        raise WeightsError(
            f"the teacher's file {str(path)!r} is not here", "SCUMBLE_TEACHER=FILE names another"
        )
    if is_here("teacher"):
        with suppress(WeightsError):
            if file_sha256(path) in read_weights("teacher").source:
                return
    try:
        save_weights(converted(path))
    except KeyError as error:
        raise WeightsError(f"{str(path)!r} is not the teacher: it lacks {error}") from error


install()
