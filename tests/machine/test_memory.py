"""What keeps the picture when a run ends early; most of it is seen in the tests of the commands."""

import weakref

import pytest
import torch

from scumble.errors import OutOfMemory
from scumble.machine import memory
from scumble.machine.memory import release
from scumble.options import Options


def test_a_process_beside_others_takes_its_part_of_what_is_free(monkeypatch):
    monkeypatch.setattr(memory, "_part", 1.0)
    monkeypatch.setattr(memory, "free_memory", lambda _: 8e9)
    cpu = torch.device("cpu")
    memory.share_memory(0.25)
    assert memory.memory_limit(Options(), cpu) == 2e9
    assert memory.memory_limit(Options(max_memory=4), cpu) == 4e9


class Held:
    """Stands for gigabytes."""


def test_what_a_traceback_holds_is_let_go_so_that_there_is_memory_to_save():
    held = []

    def allocate():
        big = Held()
        held.append(weakref.ref(big))
        raise MemoryError

    def paint():
        big = Held()
        held.append(weakref.ref(big))
        try:
            allocate()
        except MemoryError as error:
            raise OutOfMemory("it does not fit") from error

    with pytest.raises(OutOfMemory) as info:
        paint()
    assert [reference() is not None for reference in held] == [True, True]
    release(info.value)
    assert [reference() for reference in held] == [None, None]
    assert info.value.__traceback__ is not None  # for --debug
