"""How much memory a run may take: what is free, and what limits this process."""

import math
import os
import traceback
from pathlib import Path

import torch

from scumble import shortage
from scumble.errors import OutOfMemory
from scumble.machine.device import gpu_of
from scumble.options import Options

PROCESS = 330e6  # bytes: Python, torch and the decoded pictures
LIBRARIES, THREAD = 60e6, 10e6  # of addresses, where these are limited: loaded later, and a thread's stack
SPARE = 0.9  # of the memory that is free: it may be less by the time that it is needed
_part = 1.0  # of that, what this process may take


def share_memory(part: float) -> None:
    """Take only a part of the memory that is free, from now on: processes beside this one want the others."""
    global _part
    _part = part


def in_words(amount: float) -> str:
    """Return bytes in words: in GB from 1 on, and below in MB, where tenths of a GB would look equal.

    Example:
        >>> in_words(3.67e9), in_words(5.4e8), in_words(1e5)
        ('3.7 GB', '540 MB', '0.1 MB')
    """
    return f"{amount / 1e9:.1f} GB" if amount >= 1e9 else f"{amount / 1e6:.3g} MB"


def memory_limit(options: Options, device: torch.device) -> float:
    """Return the bytes that a run may take: as many as the options allow, or are free, and as there are addresses."""
    asked = _part * free_memory(device) if options.max_memory is None else options.max_memory * 1e9
    return min(asked, addresses_left()) if device.type == "cpu" else asked


def free_memory(device: torch.device) -> float:
    """Return the bytes that a run may take: what is free, with what this process has already, less some."""
    if gpu := gpu_of(device):
        kept = gpu.memory_reserved(device) - gpu.memory_allocated(device)  # by torch, for what comes next
        return float(SPARE * (gpu.mem_get_info(device)[0] + kept) + PROCESS)
    try:
        _, own = mapped_and_own()
    except (OSError, IndexError, ValueError):  # not Linux
        own = 0
    return SPARE * min(shortage.available() + own, shortage.container_limit())


def mapped_and_own() -> tuple[int, int]:
    """Return how many bytes of addresses this process has, and of memory behind them; on Linux alone."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    mapped, own = (int(number) * os.sysconf("SC_PAGE_SIZE") for number in pages[:2])
    return mapped, own


def addresses_left() -> float:
    """Return the bytes that a limit on addresses, as of `ulimit -v`, leaves; no bound where there is none.

    Where it is reached, libraries do not always say so: they end the process, or wait for threads that never started.
    """
    limit = shortage.address_limit()
    if limit == math.inf:
        return math.inf
    mapped, own = mapped_and_own()
    return max(0.0, own + limit - mapped - LIBRARIES - THREAD * torch.get_num_threads())


def require_addresses() -> None:
    """Raise `OutOfMemory` where addresses are limited and too few are left for threads to start."""
    mapped, own = mapped_and_own() if math.isfinite(limit := addresses_left()) else (0, 0)
    if limit < own:
        raise OutOfMemory(
            f"this process may have so few addresses that, with {in_words(mapped)} taken, no thread can start",
            "raise ulimit -v",
        )


def release(problem: BaseException | None) -> None:
    """Let go of what an error's traceback holds: gigabytes, after an out-of-memory."""
    while problem is not None:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__
