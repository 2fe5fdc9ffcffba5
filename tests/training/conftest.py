"""A training run in small: three random pictures, a teacher with random weights, four updates."""

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from training.recipe import Recipe
from training.teacher import CONVOLUTIONS, WIDTHS

OWN = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}


def random_teacher():
    """Return weights of the shapes that a teacher has."""
    generator = torch.Generator().manual_seed(0)
    shapes = {"preprocess": (3, 3, 1)}
    inputs = 3
    for name in CONVOLUTIONS:
        if name != "pool":
            shapes[name] = (OWN[name[4]], inputs, 3)
            inputs = OWN[name[4]]
    shapes |= {f"head{block}_1": (WIDTHS[f"relu{block}_1"], OWN[block], 1) for block in OWN}
    weights = {}
    for name, (outputs, width, side) in shapes.items():
        scale = (2 / (width * side * side)) ** 0.5
        weights[f"{name}.weight"] = torch.randn(outputs, width, side, side, generator=generator) * scale
        weights[f"{name}.bias"] = torch.zeros(outputs)
    return weights


@pytest.fixture
def recipe(tmp_path):
    """Four updates of two crops of 32 pixels."""
    random = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for number in range(3):
        pixels = random.integers(0, 255, (70, 90, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{number}.png")
    save_file(random_teacher(), tmp_path / "teacher.safetensors")
    return Recipe(
        (tmp_path / "pictures",), tmp_path / "teacher.safetensors", tmp_path / "run",
        steps=4, batch=2, side=32, workers=0, every=2, held_out=4,
    )  # fmt: skip
