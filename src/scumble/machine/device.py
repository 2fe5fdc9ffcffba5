"""Where to compute."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import torch

from scumble.errors import UsageError
from scumble.machine.instructions import has_bfloat16_units

RESOLVED = 20.0
"""Strength from which on a line search in bfloat16 finds its way: of 56 pairs 4 got stuck at 10, 1 at 16, 0 at 18."""


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


def choose_precision(asked: str, device: torch.device, strength: float = 50.0) -> torch.dtype:
    """Return what the network computes in: as asked, or bfloat16 where the device computes it faster.

    Emulated, on a processor without units for it, bfloat16 is several times slower than float32. And at low strengths
    styles count so little beside the content that bfloat16 does not see what a small move gains.
    """
    if asked != "auto":
        return torch.bfloat16 if asked == "bfloat16" else torch.float32
    if strength < RESOLVED:
        return torch.float32
    if device.type == "cpu":
        has_units = has_bfloat16_units()
    else:
        has_units = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if has_units else torch.float32


def gpu_of(device: torch.device) -> ModuleType | None:
    """Return torch's module for a GPU that tells its name and memory; None for other devices."""
    return {"cuda": torch.cuda, "xpu": torch.xpu}.get(device.type)


def device_name(device: torch.device) -> str:
    """Return the kind of a device and, of a GPU, what it calls itself."""
    gpu = gpu_of(device)
    return f"{device.type} {gpu.get_device_name(device)}" if gpu else device.type


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
