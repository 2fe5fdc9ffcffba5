"""The loop of the notebooks, written again in plain torch, so that ratios hold on any machine.

VGG-19 up to relu5_1 with average pooling, Gram matrices, float32, autograd, torch's L-BFGS. Its weights are random:
a step takes the same time whatever they are.
"""

import time

import torch
from torch import Tensor, nn

from benchmarks.speed.evaluations import wait

CPU = torch.device("cpu")
BLOCKS = ((64, 64), (128, 128), (256, 256, 256, 256), (512, 512, 512, 512), (512,))
CONTENT, STYLE = "relu4_2", ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
STEPS = 1000  # of a picture as they paint it


def network() -> nn.ModuleDict:
    """Return the layers by name, in order."""
    layers, inputs = nn.ModuleDict(), 3
    for block, widths in enumerate(BLOCKS, start=1):
        if block > 1:
            layers[f"pool{block - 1}"] = nn.AvgPool2d(2)
        for number, outputs in enumerate(widths, start=1):
            layers[f"conv{block}_{number}"] = nn.Conv2d(inputs, outputs, 3, padding=1)
            layers[f"relu{block}_{number}"] = nn.ReLU()
            inputs = outputs
    return layers.requires_grad_(False)


def features(layers: nn.ModuleDict, image: Tensor) -> dict[str, Tensor]:
    """Return what the content and style layers say of an image."""
    found = {}
    for name, layer in layers.items():
        image = layer(image)
        if name == CONTENT or name in STYLE:
            found[name] = image
    return found


def gram(feature: Tensor) -> Tensor:
    """Return the Gram matrix of a feature, divided by its size."""
    rows = feature.flatten(2)[0]
    return rows @ rows.T / rows.numel()


def seconds_of_a_step(width: int, height: int, steps: int, device: torch.device = CPU) -> float:
    """Return the seconds of one step, the median of several after two to warm up."""
    torch.manual_seed(0)
    layers = network().to(device)
    content, style, image = (torch.rand(1, 3, height, width, device=device) for _ in range(3))
    with torch.no_grad():
        wanted = features(layers, content)[CONTENT]
        grams = {name: gram(feature) for name, feature in features(layers, style).items() if name in STYLE}
    image.requires_grad_()
    optimizer = torch.optim.LBFGS([image], max_iter=1)

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = features(layers, image)
        total = (found[CONTENT] - wanted).square().mean()
        total = total + 1e6 * sum((gram(found[name]) - grams[name]).square().sum() for name in STYLE)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    times = []
    for _ in range(steps + 2):
        started = time.perf_counter()
        optimizer.step(closure)  # type: ignore[no-untyped-call]
        wait()
        times.append(time.perf_counter() - started)
    return sorted(times[2:])[steps // 2]
