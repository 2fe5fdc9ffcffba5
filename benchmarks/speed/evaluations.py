"""One evaluation, loss and gradient, as Scumble does it and in plain torch."""

import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from benchmarks.speed.plain import Plain
from scumble.backbones.base import Backbone, backbones
from scumble.backbones.variants import computing
from scumble.backbones.weights import load_backbone
from scumble.machine.allocator import keep_memory
from scumble.machine.device import choose_device, choose_precision
from scumble.objective.captured import captured
from scumble.objective.references import Pictures
from scumble.objective.whole import make_objective
from scumble.options import Options

REPEATS = 7


def seconds_of(evaluate: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the seconds of a call, the median of several after two to warm up."""
    times = []
    for _ in range(repeats + 2):
        started = time.perf_counter()
        evaluate()
        wait()
        times.append(time.perf_counter() - started)
    return sorted(times[2:])[repeats // 2]


def wait() -> None:
    """Wait for what a GPU was asked for."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def network(name: str) -> Backbone:
    """Return the bundled network, or another with random weights: a step takes the same time whatever they are."""
    torch.manual_seed(0)
    return load_backbone(name) if name == "compact" else backbones[name]()


def measured(name: str, width: int, height: int) -> dict[str, Any]:
    """Return seconds of Scumble's evaluation, of the plain one in the same precision and in float32, and cosines.

    The cosines are of the gradients: to the plain one in the same precision, and to that in float32.
    """
    keep_memory()
    device = choose_device("auto")
    precision = choose_precision("auto", device)
    backbone = network(name).to(device)
    content, style, image = (torch.rand(1, 3, height, width).to(device) for _ in range(3))
    exact = Plain(computing(backbone, torch.float32), content, style)
    gradient_there = exact(image)[1]
    slow = seconds_of(lambda: exact(image))
    backbone = computing(backbone, precision)
    plain = Plain(backbone, content, style)
    objective = captured(make_objective(backbone, Options(), Pictures(content, [style], [1.0])), image)
    gradient = objective(image).gradient
    return {
        "fast": seconds_of(lambda: objective(image)), "plain": seconds_of(lambda: plain(image)), "float32": slow,
        "alike": cosine(gradient, plain(image)[1]), "cosine": cosine(gradient, gradient_there),
        "precision": str(precision).removeprefix("torch."),
    }  # fmt: skip


def cosine(one: Tensor, other: Tensor) -> float:
    """Return the cosine of the angle between two gradients."""
    return float(cosine_similarity(one.flatten().double(), other.flatten().double(), dim=0))
