"""From a trained student to the file that the product bundles."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file

from training.student import NORMALIZATION, Student


def export(student: Student, path: Path, errors: dict[str, float], steps: int, seed: int) -> None:
    """Write the convolutions in float16 with their input normalization, origin and licence in the header."""
    weights = {name: value.half().contiguous() for name, value in student.backbone.state_dict().items()}
    header = {
        "backbone": "compact",
        "normalization": json.dumps(asdict(NORMALIZATION)),
        "source": "distilled by Scumble's training/ from the 16x-compressed VGG-19 of Collaborative Distillation",
        "license": "Apache-2.0; teacher: MIT, Copyright (c) 2020 Huan Wang",
        "training": json.dumps({"steps": steps, "seed": seed, "errors": errors}),
    }
    save_file(
        {name: torch.clone(value, memory_format=torch.contiguous_format) for name, value in weights.items()},
        path,
        header,
    )
    print(f"{path} {path.stat().st_size} bytes")
