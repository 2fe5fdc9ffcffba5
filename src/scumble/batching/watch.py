"""Folders that pictures come into: looked at again and again, for a network's disks tell nobody what changes."""

import os
import time
from collections.abc import Callable, Iterable, Iterator

from scumble.batching.sources import Found

State = tuple[int, int]  # bytes, nanoseconds


def watched(
    look: Callable[[], Iterable[Found]], seconds: float, now: Callable[[], float] = time.monotonic
) -> Iterator[Found | None]:
    """Yield each picture once two looks find it as it was: none that is still being copied. It never ends.

    One that changed is yielded again; None is yielded while there is nothing new.

    Args:
        look: finds what is there.
        seconds: between two looks.
        now: seconds from whenever.
    """
    before: dict[str, State] = {}
    taken: dict[str, State] = {}
    while True:
        again = now() + seconds
        there: dict[str, State] = {}
        for found in look():
            state = state_of(found.path)
            if state is None:
                continue
            there[found.path] = state
            if before.get(found.path) == state != taken.get(found.path):
                taken[found.path] = state
                yield found
        before = there
        yield None
        while now() < again:
            yield None


def state_of(path: str) -> State | None:
    """Return what changes while a file is written; None where it is gone."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
