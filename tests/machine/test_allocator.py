"""The allocator's settings, each in a process of its own: they cannot be taken back."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
WHERE = """
from scumble.machine.allocator import keep_memory
import torch
done = keep_memory()
address = torch.ones(1 << 24).data_ptr()
heap = next(line.split()[0] for line in open("/proc/self/maps") if "[heap]" in line)
first, last = (int(end, 16) for end in heap.split("-"))
print(done, first <= address < last)
"""


def set_up_and_on_heap(**environment):
    """Return whether the allocator was set up, and whether an array of 64 MB then lies on the heap."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", WHERE], env=clean | environment, capture_output=True, text=True, check=True
    )
    return tuple(word == "True" for word in done.stdout.split())


def test_large_arrays_come_from_the_heap_and_are_not_mapped_anew():
    assert set_up_and_on_heap() == (True, True)
    assert set_up_and_on_heap(SCUMBLE_MALLOC="system") == (False, False)


def test_settings_of_ones_own_are_left_alone():
    assert set_up_and_on_heap(MALLOC_ARENA_MAX="2") == (False, False)
