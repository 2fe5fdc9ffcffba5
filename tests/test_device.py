"""Where to compute."""

from contextlib import suppress

import pytest
import torch

from scumble.engine.device import available_devices, choose_device, thread_count, use_threads
from scumble.errors import UsageError


def test_there_is_always_a_cpu():
    assert available_devices()[-1] == "cpu"
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_is_the_first_there_is():
    assert choose_device("auto").type == available_devices()[0]


def test_a_device_that_is_not_there():
    absent = next(kind for kind in ("mps", "xpu", "cuda") if kind not in available_devices())
    with pytest.raises(UsageError, match=f"device '{absent}' is not available; available: .*cpu") as error:
        choose_device(absent)
    assert error.value.exit_code == 2
    assert error.value.hint == "--device auto takes the first of them"


def test_threads_are_put_back_even_after_an_error():
    before = torch.get_num_threads()
    during = []
    with suppress(KeyError), use_threads(before + 2):
        during.append(torch.get_num_threads())
        raise KeyError
    assert during == [before + 2]
    assert torch.get_num_threads() == before


def test_0_threads_are_torchs_own_choice():
    assert thread_count(0) == torch.get_num_threads()
    assert thread_count(3) == 3
