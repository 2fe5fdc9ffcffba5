"""What a weights file holds, and the test that it is what a backbone needs."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from scumble.backbones.base import backbones
from scumble.backbones.normalization import Normalization
from scumble.errors import WeightsError

Shapes = dict[str, tuple[int, ...]]
LARGEST_FILE = 2**30  # bytes; the largest published file has 0.57e9

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclass(frozen=True)
class Contents:
    """The convolutions of a backbone and what is known about them.

    Args:
        backbone: its name.
        weights: `features.{i}.weight` (O, I, h, w) and `features.{i}.bias` (O,), float32.
        normalization: the input they expect.
        source: where they come from.
        license: under which they may be used.
        sha256: of the file of ours that they were read from; empty for others.
    """

    backbone: str
    weights: dict[str, Tensor]
    normalization: Normalization
    source: str
    license: str
    sha256: str = ""

    def header(self) -> dict[str, str]:
        """Return what a weights file says about itself, with the digest of all that it holds."""
        told = {
            "backbone": self.backbone,
            "normalization": self.normalization.to_json(),
            "source": self.source,
            "license": self.license,
        }
        return told | {"digest": digest(told, self.weights)}


@dataclass(frozen=True)
class Unread:
    """An array in a file of somebody else's, which is not read before its shape is known to be right.

    Args:
        shape: as the backbone has it.
        dtype: of its numbers.
        read: returns it.
    """

    shape: tuple[int, ...]
    dtype: torch.dtype
    read: Callable[[], Tensor]


def digest(header: Mapping[str, str], weights: Mapping[str, Tensor]) -> str:
    """Return a SHA-256 over a header, but for its `digest`, and all weights; it tells a flipped bit."""
    told = {key: value for key, value in header.items() if key != "digest"}
    total = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    for name, tensor in sorted(weights.items()):
        total.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        total.update(tensor.contiguous().flatten().view(torch.uint8).numpy().data)
    return total.hexdigest()


def expected_shapes(name: str) -> Shapes:
    """Return the shape of each of a backbone's weights, without allocating them."""
    with torch.device("meta"):
        state = backbones[name]().state_dict()
    return {key: tuple(tensor.shape) for key, tensor in state.items()}


def identify(weights: Mapping[str, object], wanted: str) -> None:
    """Raise `WeightsError` unless names and shapes are those of the backbone that was asked for."""
    shapes = {key: tuple(getattr(value, "shape", ())) for key, value in weights.items()}
    expected = expected_shapes(wanted)
    if shapes == expected:
        return
    for name in backbones:
        if shapes == expected_shapes(name):
            raise WeightsError(
                f"the file holds {name!r}, not {wanted!r}", f"scumble weights import {name} FILE"
            )
    raise WeightsError(f"the file does not hold {wanted!r}: {_first_difference(shapes, expected)}")


def _first_difference(shapes: Shapes, expected: Shapes) -> str:
    for key, shape in expected.items():
        if key not in shapes:
            return f"{key} {shape} is missing"
        if shapes[key] != shape:
            return f"{key} is {shapes[key]} and should be {shape}"
    return f"{min(shapes.keys() - expected.keys())} does not belong there"


def checked(weights: Mapping[str, object], name: str) -> dict[str, Tensor]:
    """Return weights in float32 after all tests: names, shapes, kinds of numbers, and that all are finite.

    Raises:
        WeightsError: they are not the weights of the backbone `name`.
    """
    identify(weights, name)
    result: dict[str, Tensor] = {}
    for key, value in weights.items():
        if isinstance(value, Unread) and value.dtype in FLOATS:
            value = value.read().clone(memory_format=torch.contiguous_format)  # one may lie within another
        if not isinstance(value, Tensor) or value.layout != torch.strided or value.dtype not in FLOATS:
            kind = getattr(value, "dtype", type(value).__name__)
            raise WeightsError(f"{key} holds {kind} and should hold floating-point numbers")
        result[key] = value.detach().to("cpu", torch.float32, memory_format=torch.contiguous_format)
        if not result[key].isfinite().all():
            raise WeightsError(f"{key} holds numbers that are not finite")
    return result
