"""One evaluation, loss and gradient, by the fast way and by the plain one."""

import time
from collections.abc import Callable
from typing import Any

import torch

from scumble.backbones.base import Backbone, backbones
from scumble.backbones.weights import load_backbone
from scumble.engine.allocator import keep_memory
from scumble.engine.device import choose_device, choose_precision
from scumble.engine.objective import make_objective
from scumble.options import Options

REPEATS = 7


def seconds_of(evaluate: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the seconds of a call, the median of several after two to warm up."""
    times = []
    for _ in range(repeats + 2):
        started = time.perf_counter()
        evaluate()
        times.append(time.perf_counter() - started)
    return sorted(times[2:])[repeats // 2]


def network(name: str) -> Backbone:
    """Return the bundled network, or another with random weights: a step takes the same time whatever they are."""
    torch.manual_seed(0)
    return load_backbone(name) if name == "compact" else backbones[name]()


def measured(name: str, width: int, height: int) -> dict[str, Any]:
    """Return seconds of the fast and of the plain way, and the cosine of the fast gradient to that in float32."""
    keep_memory()
    device = choose_device("auto")
    precision = choose_precision("auto", device)
    backbone = network(name).to(device)
    content, style, image = (torch.rand(1, 3, height, width).to(device) for _ in range(3))
    arguments = (backbone, Options(), content, [style], [1.0])
    exact = make_objective(*arguments)(image).gradient
    backbone.compute_in(precision)
    objective = make_objective(*arguments)
    fast = seconds_of(lambda: float(objective(image).total))
    gradient = objective(image).gradient
    backbone.hand = False
    plain = seconds_of(lambda: float(objective(image).total))
    cosine = torch.nn.functional.cosine_similarity(gradient.flatten(), exact.flatten(), dim=0)
    precision_name = str(precision).removeprefix("torch.")
    return {"fast": fast, "plain": plain, "cosine": float(cosine), "precision": precision_name}
