"""Where to compute."""

from contextlib import suppress

import pytest
import torch

from scumble.errors import UsageError
from scumble.machine.device import (
    available_devices,
    choose_device,
    choose_precision,
    thread_count,
    use_threads,
)


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


@pytest.mark.parametrize("device", ["cpu", "cuda", "mps"])
def test_precision_is_what_was_asked_for(device):
    assert choose_precision("float32", torch.device(device)) == torch.float32
    assert choose_precision("bfloat16", torch.device(device)) == torch.bfloat16


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({"avx2": True, "amx_bf16": False}, torch.float32),
        ({"amx_bf16": True}, torch.bfloat16),
        ({"avx512_bf16": True}, torch.bfloat16),
    ],
)
def test_auto_is_bfloat16_on_a_processor_with_units_for_it(monkeypatch, units, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: units, raising=False)
    assert choose_precision("auto", torch.device("cpu")) == expected


def test_auto_is_float32_at_low_strengths(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": True}, raising=False)
    found = [choose_precision("auto", torch.device("cpu"), strength) for strength in (1, 19.9, 20, 100)]
    assert found == [torch.float32, torch.float32, torch.bfloat16, torch.bfloat16]


def test_auto_is_float32_where_nothing_is_known(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert choose_precision("auto", torch.device("cpu")) == torch.float32
    assert choose_precision("auto", torch.device("mps")) == torch.float32
