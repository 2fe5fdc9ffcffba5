"""Evaluations on a CUDA GPU, recorded once and replayed.

An evaluation is some 200 kernels. Up to some megapixels a GPU is through with them sooner than Python has asked for
them; a graph asks for all of them at once. On an H200, in bfloat16, with the bundled network:

| picture | as it is | recorded |
|---|---|---|
| 256 x 192 | 11.7 ms | 0.8 ms |
| 512 x 384 | 14.8 ms | 1.3 ms |
| 1024 x 768 | 13.7 ms | 2.6 ms |
| 2048 x 1536 | 14.6 ms | 8.3 ms |

To record takes 50 ms. Its arrays stay where they are until the scale ends.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from scumble.optimizers.base import Evaluate, Evaluation
from scumble.plugins import is_out_of_memory

LARGEST = 2**22  # pixels; a larger picture keeps the GPU busy anyway, and its arrays are better not held


@contextmanager
def no_waiting() -> Iterator[None]:
    """Raise `RuntimeError` where the host would wait for the GPU, which no recording can hold.

    Found out beforehand: after a recording that fails, torch before 2.12 takes the GPU to be recording for ever.
    """
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Synchronization debug mode is a prototype")
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


class Captured:
    """Evaluate images of one size by replaying a CUDA graph.

    Args:
        objective: reads nothing back to the host and draws nothing at random.
        image: (1, 3, H, W), on the GPU; of it only the size counts.
    """

    def __init__(self, objective: Evaluate, image: Tensor) -> None:
        self.objective = objective  # the graph reads its targets where they lie
        self.image = image.detach().clone()
        here, aside = torch.cuda.current_stream(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
        aside.wait_stream(here)
        with torch.cuda.stream(aside):
            objective(self.image)  # libraries choose what they compute with
            with no_waiting():
                objective(self.image)
        here.wait_stream(aside)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.stream(here), torch.cuda.graph(self.graph):
            evaluation = objective(self.image)
            self.gradient = evaluation.gradient
            self.names, self.layers = tuple(evaluation.parts), tuple(evaluation.layers)
            costs = [evaluation.total, *evaluation.parts.values(), *evaluation.layers.values()]
            self.costs = torch.stack(costs)

    def __call__(self, image: Tensor) -> Evaluation:
        """Evaluate an image; the result is the caller's own."""
        self.image.copy_(image)
        self.graph.replay()
        total, *costs = self.costs.clone().unbind()
        parts = dict(zip(self.names, costs[: len(self.names)], strict=True))
        layers = dict(zip(self.layers, costs[len(self.names) :], strict=True))
        return Evaluation(total, self.gradient.clone(), parts, layers)


def captured(objective: Evaluate, image: Tensor) -> Evaluate:
    """Return an objective that replays evaluations of images like this one, or the same one where that is no gain.

    A loss that reads numbers back cannot be recorded, and is evaluated as it is.
    """
    if image.device.type != "cuda" or image.shape[-1] * image.shape[-2] > LARGEST:
        return objective
    try:
        return Captured(objective, image)
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise
        return objective
