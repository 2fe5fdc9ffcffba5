"""Where to compute."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from scumble.errors import UsageError


def available_devices() -> list[str]:
    """Return the kinds of device there are, the fastest first; `cpu` is always one."""
    present = {
        "cuda": torch.cuda.is_available(),
        "xpu": torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    return [*(kind for kind, is_there in present.items() if is_there), "cpu"]


def choose_device(asked: str) -> torch.device:
    """Return the device that was asked for, or the first there is.

    Raises:
        UsageError: it is not there.
    """
    devices = available_devices()
    if asked != "auto" and asked not in devices:
        raise UsageError(
            f"device {asked!r} is not available; available: {', '.join(devices)}",
            "--device auto takes the first of them",
        )
    return torch.device(devices[0] if asked == "auto" else asked)


def thread_count(asked: int) -> int:
    """Return how many threads to compute with: as many as asked; 0 for torch's own choice.

    That is one for each core, or what `OMP_NUM_THREADS` says.
    """
    return asked or torch.get_num_threads()


@contextmanager
def use_threads(threads: int) -> Iterator[None]:
    """Compute with so many threads, 0 for torch's own choice, and put the old number back afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(thread_count(threads))
    try:
        yield
    finally:
        torch.set_num_threads(before)
