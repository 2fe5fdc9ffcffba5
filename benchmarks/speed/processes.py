"""Whole processes, timed from outside: what a user waits for, and the memory that the system counts."""

import os
import subprocess
import sys
import time
from pathlib import Path


def whole(command: list[str]) -> dict[str, float]:
    """Run a command to its end; return its seconds and the peak of its memory in GB.

    Linux counts the memory of the process that started it as its own until then, here a third of a GB.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.read() if process.stderr else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.strip()}")
    kibibytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"seconds": seconds, "gigabytes": kibibytes * 1024 / 1e9}


def painted(content: Path, style: Path, output: Path, *options: str) -> dict[str, float]:
    """Run `scumble stylize` to its end."""
    command = [sys.executable, "-m", "scumble", "stylize", str(content), str(style), "-o", str(output)]
    return whole([*command, "--on-exists", "overwrite", "--quiet", *options])
