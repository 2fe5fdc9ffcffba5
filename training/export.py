"""From a trained student to the file that the product bundles."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from scumble.backbones.base import Backbone
from scumble.backbones.contents import digest
from training.student import NORMALIZATION, Student


@torch.no_grad()
def equalize(backbone: Backbone, crops: Tensor) -> None:
    """Rescale weights and biases, layer by layer, so that each layer's mean activation is 1 after its ReLU.

    What Gatys et al. did to VGG: it changes no picture made with losses relative to their targets, and gives the
    classic formulae, whose costs grow with the square or fourth power of the activations, units that do not depend on
    how a training run happened to go.

    Args:
        backbone: changed in place; ReLU, pooling and convolution commute with a positive factor.
        crops: (B, 3, H, W), natural pictures.
    """
    activation, inherited = backbone.normalize(crops), 1.0
    for layer in backbone.features:
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            layer.bias.mul_(inherited)  # the input has been multiplied with it
            factor = 1 / float(layer(activation).relu().mean())
            layer.weight.mul_(factor)
            layer.bias.mul_(factor)
            inherited *= factor
        activation = layer(activation)


def export(student: Student, crops: Tensor, path: Path, told: dict[str, object], backbone: str) -> Path:
    """Write the convolutions in bfloat16, with their input normalization, origin and licence in the header.

    Computed in bfloat16, as on most machines, they are then not rounded any more.

    Args:
        student: trained; its backbone is equalized in place.
        crops: held-out pictures to equalize with, (B, 3, H, W).
        path: of the safetensors file.
        told: what the header says of the training: steps, choices, errors.
        backbone: the name under which it is to be used.
    """
    equalize(student.backbone, crops)
    weights = {
        name: value.bfloat16().clone(memory_format=torch.contiguous_format)
        for name, value in student.backbone.state_dict().items()
    }
    header = {
        "backbone": backbone,
        "normalization": NORMALIZATION.to_json(),
        "source": "distilled by Scumble's training/ from the 16x-compressed VGG-19 of Collaborative Distillation",
        "license": "Apache-2.0; teacher: MIT, Copyright (c) 2020 Huan Wang",
        "training": json.dumps(told),
    }
    save_file(weights, path, header | {"digest": digest(header, weights)})
    print(f"{path} {path.stat().st_size} bytes")
    return path
