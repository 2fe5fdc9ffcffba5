"""Let glibc keep the memory that each evaluation gives back and takes again.

By default large arrays are mapped anew for every result: the kernel clears each page and the processor faults on it.
At 512 x 384 on two cores an evaluation took up to twice as long without these settings, the pictures being the same.
The process holds on to it until the next scale; SCUMBLE_MALLOC=system leaves the allocator as it is.
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
    "M_MMAP_THRESHOLD": (-3, 32 * 2**20),  # what is mapped where memory is short: see `begin_scale`
}
MAPS = 2**16


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


def begin_scale(*, tight: bool) -> None:
    """Return to the system what is free: a scale's arrays have other sizes than the last one's and leave gaps.

    Args:
        tight: whether memory is short. Large arrays are then mapped: in the heap, where they lie among others that
            come and go, 4000 x 3000 pixels in tiles took 5.6 GB instead of 3.5.
    """
    if keep_memory():
        ctypes.CDLL(None).mallopt(SETTINGS["M_MMAP_MAX"][0], MAPS if tight else 0)
        give_back()


def give_back() -> None:
    """Return to the system what is free."""
    if keep_memory():
        ctypes.CDLL(None).malloc_trim(0)
