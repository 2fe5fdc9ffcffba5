"""How many workers paint at once, and with how many threads each."""

import math
import os
from pathlib import Path

from scumble import shortage

ROOM = 1.5e9  # bytes of memory for a worker: by --dry-run, 512 pixels take 0.5 GB and 1,024 take 1.2


def cores() -> int:
    """Return how many cores this process may use: by its affinity, and by its container's share of the processor."""
    try:
        there = len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        there = os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return max(1, min(there, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):
        return there


def has_gpu(device: str) -> bool:
    """Return whether pictures are painted on a GPU, of which there is one; told without torch."""
    return device not in ("auto", "cpu") or (device == "auto" and Path("/dev/nvidiactl").exists())


def shared(workers: int, threads: int, jobs: int | None = None, device: str = "auto") -> tuple[int, int]:
    """Return workers and threads, whose product is the number of cores unless both are given.

    Args:
        workers: as asked, 0 to be chosen: as many as cores, jobs and memory allow; one on a GPU.
        threads: of each, as asked, 0 to be chosen.
        jobs: how many there are, if that is known.
        device: where they are painted.
    """
    most = cores()
    told = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    threads = threads or (int(told) if told.isdecimal() else 0)
    if not workers:
        room = min(shortage.available(), shortage.container_limit()) / ROOM
        bounds = [most // max(1, threads), int(room), *([jobs] if jobs else [])]
        workers = 1 if has_gpu(device) else max(1, min(bounds))
    return workers, threads or max(1, most // workers)
