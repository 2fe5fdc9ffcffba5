"""How long threads wait awake at a barrier before they sleep. It moves no pixel.

Left alone, libgomp's threads spin 300,000 turns at each. It reads how many once, when torch is first imported. Four
pictures of 256 pixels, `draft`, in one process on two cores, with none, 1,000, 10,000 and 300,000 turns: 6.1, 2.7,
2.4 and 2.8 s alone, 3.9, 6.4, 22.1 and 10.5 s beside a program that wanted one core, 7.3, 7.2, 13.5 and 12.6 s beside
two.
"""

import os
import sys
from pathlib import Path

ALONE, BUSY = 10_000, 0
"""Turns of a command, where the cores are free, and where other programs want them, too."""

LASTING = 1_000
"""Turns of a process that may last: it cannot choose again when other programs come and go, so neither is far off."""

SAYINGS = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
"""Variables by which a user says how threads wait."""


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


def is_said() -> bool:
    """Return whether the user has said how threads wait."""
    return any(name in os.environ for name in SAYINGS)


def import_torch() -> None:
    """Import torch; where this is the first time and nobody has said how threads wait, they spin `LASTING` turns.

    The variable is taken away again, so that programs that this one starts do not inherit it.
    """
    if "torch" in sys.modules or is_said():
        return
    os.environ["GOMP_SPINCOUNT"] = str(LASTING)
    try:
        import torch  # noqa: F401
    finally:
        os.environ.pop("GOMP_SPINCOUNT", None)
