"""Trained networks as backbones, to paint with them before one is bundled.

Export with `--backbone NAME`, put the file into `$SCUMBLE_CACHE_DIR/weights/`, and import this module, for instance
by `python -m benchmarks.quality --plugin training/candidate.py --setting bundled --setting "NAME: backbone=NAME"`.
Widths and pooling are read from the file's header.
"""

import json
from pathlib import Path

from safetensors import safe_open

from scumble.backbones.base import backbones
from scumble.backbones.cache import weights_folder
from scumble.registry import names
from training.student import blocks_of, network_of


def register(path: Path) -> None:
    """Make the network in a file that training exported known under the file's name."""
    with safe_open(path, framework="pt") as file:
        told = (file.metadata() or {}).get("training")
    if told and path.stem not in names("backbones"):
        recipe = json.loads(told)["recipe"]
        backbones(path.stem)(network_of(blocks_of(recipe["widths"]), recipe["pooling"]))


for found in sorted(weights_folder().glob("*.safetensors")):
    register(found)
