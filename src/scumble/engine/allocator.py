"""Let glibc keep the memory that each evaluation gives back and takes again.

By default large arrays are mapped anew for every result: the kernel clears each page and the processor faults on it.
At 512 x 384 on two cores an evaluation took up to twice as long without these settings, the pictures being the same.
The process holds on to its peak memory until it ends; SCUMBLE_MALLOC=system leaves the allocator as it is.
"""

import ctypes
import os
import sys
from functools import cache

# From malloc.h: what each setting is called there, its number, and its value.
SETTINGS = {
    "M_MMAP_MAX": (-4, 0),  # map nothing: arrays of any size come from the heap
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),  # keep what is free at the heap's end
    "M_TOP_PAD": (-2, 64 * 2**20),  # and let it grow by so many bytes at a time
}


@cache
def keep_memory() -> bool:
    """Set up the C library's allocator once, before the first large array; return whether it was.

    Nothing happens but on Linux with glibc, or if the environment already sets `MALLOC_TRIM_THRESHOLD_` or the like.
    """
    own = any(name.startswith("MALLOC_") for name in os.environ)
    if not sys.platform.startswith("linux") or own or os.environ.get("SCUMBLE_MALLOC") == "system":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt is None:
        return False
    accepted = [mallopt(number, value) for number, value in SETTINGS.values()]
    return all(accepted)
