"""How much memory there is, and whether an error says that it is not enough: torch and others say it in many ways."""

import errno
import math
import mmap
import os
import re
from contextlib import suppress
from pathlib import Path

SURE = ("allocate memory", "out of memory", "alloc_failed", "bad_alloc", "failed to map segment")
"""What is said of memory alone."""

UNSURE = ("could not create a primitive", "could not execute a primitive", "broken promise",
          "error return without exception set", "resource temporarily unavailable")  # fmt: skip
"""What is said where memory is not enough, and where something else is wrong as well."""

ROOM = 2**30
"""Bytes: where so many can be had, it was not memory that something unsure lacked."""


def is_memory_full(error: BaseException) -> bool:
    """Whether it is for memory that something failed; what might have another reason counts where memory is short.

    Example:
        >>> is_memory_full(OSError(12, "Cannot allocate memory")), is_memory_full(OSError(28, "No space left"))
        (True, False)
    """
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
        return True
    said = str(error).lower()
    if any(one in said for one in SURE):
        return True
    # a library in C that gave up without a word is a SystemError
    return (isinstance(error, SystemError) or any(one in said for one in UNSURE)) and is_short()


def address_limit() -> float:
    """Return how many bytes of addresses this process may have, as `ulimit -v` says; infinite without a limit."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    except (ImportError, OSError, ValueError):
        return math.inf
    return math.inf if limit == resource.RLIM_INFINITY else limit


def available() -> float:
    """Return the bytes of memory that are free, or could be; where nobody says so, half of what is built in."""
    try:
        about = Path("/proc/meminfo").read_text(encoding="ascii")
        return int(re.findall(r"MemAvailable:\s+(\d+)", about)[0]) * 1024.0
    except (OSError, IndexError, ValueError):  # not Linux
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2 if hasattr(os, "sysconf") else 4e9


def container_limit() -> float:
    """Return the bytes that a container allows its processes; no bound where there is none."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return float(int(Path(path).read_text(encoding="ascii")))
        except (OSError, ValueError):
            continue
    return math.inf


def is_short() -> bool:
    """Whether the system refuses this process another gigabyte: a limit on its addresses, or on what is promised."""
    with suppress(OSError, ValueError, OverflowError):
        mmap.mmap(-1, ROOM).close()
        return False
    return True
