"""How long threads wait awake at a barrier before they sleep. It moves no pixel.

Left alone, libgomp's threads spin 300,000 turns at each. On two cores that several other programs wanted, a picture
of 192 pixels took 12.1 s of processor time so, 7.1 with 10,000 turns, 3.3 with 3,000, 2.4 with 1,000 and 2.3 with
none; on cores of one's own, spinning saves up to a twentieth of the time.
"""

import os
from pathlib import Path

ALONE, BUSY = 10_000, 1_000
"""Turns where the cores are free, and where other programs want them, too."""


def turns(loads: str, cores: int, ours: int) -> int:
    """Return how many turns to spin.

    Args:
        loads: what `/proc/loadavg` holds: three loads, then how many of all threads run, this one among them.
        cores: of the machine.
        ours: of them, those that we may use.

    Example:
        >>> turns("0.10 0.20 0.30 1/80 4711", cores=2, ours=2), turns("0.10 0.20 0.30 2/80 4711", cores=2, ours=2)
        (10000, 1000)
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
