"""How long threads wait awake at a barrier before they sleep. It moves no pixel.

Left alone, libgomp's threads spin 300,000 turns at each. On two cores, one of which another program wanted, a picture
of 192 pixels took 5.5 s of processor time so, 5.7 with 10,000 turns, 3.2 with 1,000 and 2.4 with none, and 4.6, 5.8,
3.3 and 2.5 s in all. On cores of one's own, 10,000 turns save a twentieth.
"""

import os
from pathlib import Path

ALONE, BUSY = 10_000, 0
"""Turns where the cores are free, and where other programs want them, too."""


def turns(loads: str, cores: int, ours: int) -> int:
    """Return how many turns to spin.

    Args:
        loads: what `/proc/loadavg` holds: three loads, then how many of all threads run, this one among them.
        cores: of the machine.
        ours: of them, those that we may use.

    Example:
        >>> turns("0.10 0.20 0.30 1/80 4711", cores=2, ours=2), turns("0.10 0.20 0.30 2/80 4711", cores=2, ours=2)
        (10000, 0)
    """
    others = int(loads.split()[3].partition("/")[0]) - 1
    return ALONE if cores - others >= ours else BUSY


def spin_count() -> int:
    """Return how many turns to spin by what runs right now; where nobody says what does, as if alone."""
    try:
        loads = Path("/proc/loadavg").read_text(encoding="ascii")
        return turns(loads, os.cpu_count() or 1, len(os.sched_getaffinity(0)))
    except (OSError, ValueError, IndexError, AttributeError):
        return ALONE
