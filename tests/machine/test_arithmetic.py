"""Which paths of arithmetic are taken, and that what cancels is exact on each."""

import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest
import torch

from scumble.api import stylize
from scumble.errors import UsageError
from scumble.machine import arithmetic as module
from scumble.machine import onednn
from scumble.machine.arithmetic import EXACT, WAYS, arithmetic, chosen, is_fused, is_quick
from scumble.machine.onednn import exact_float32, quick_product
from scumble.objective.partition import Whole
from scumble.objective.sums import LayerMoments
from scumble.runs.resume import differences

pytestmark = pytest.mark.numeric
TINY: dict[str, Any] = {"size": 48, "steps": 2, "coarsest": 0, "device": "cpu"}


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch):
    """What was found out under forced conditions holds for one test."""
    if (
        os.environ.get("SCUMBLE_ARITHMETIC") == "plain"
    ):  # where nothing special is taken, nothing is to be left
        monkeypatch.setenv("SCUMBLE_ARITHMETIC", "own")
    chosen.cache_clear()
    yield
    chosen.cache_clear()


@pytest.fixture
def damaged(monkeypatch):
    """A library whose convolutions with a ReLU are off by a hundredth, as on a processor that it does not suit."""
    if not onednn.is_here(torch.float32):
        pytest.skip("there are no fused operations on this processor")
    right = onednn.convolved
    monkeypatch.setattr(module, "convolved", lambda *given, **more: right(*given, **more) * 1.01)


def rows():
    return torch.rand(4, 256, 32, generator=torch.Generator().manual_seed(0)).bfloat16().float() - 0.3


def test_what_is_taken_is_here_and_exact():
    found = arithmetic()
    assert not found.wrong
    for name in found.taken:
        assert WAYS[name].is_here()
        assert WAYS[name].error() <= WAYS[name].worst


def test_plain_arithmetic_takes_no_special_path(monkeypatch):
    monkeypatch.setenv("SCUMBLE_ARITHMETIC", "plain")
    assert arithmetic().taken == ()
    assert not is_fused(torch.zeros(1))


def test_the_rounding_of_amx_is_seen_and_left(monkeypatch):
    monkeypatch.setenv("SCUMBLE_ARITHMETIC", "amx")
    one = rows()
    expected = one.double().mT @ one.double()
    assert (quick_product(one.mT, one) - expected).abs().max() > 3 * EXACT * expected.abs().max()
    assert not is_quick(one.bfloat16())
    if onednn.is_here(torch.bfloat16):
        assert "no quick products, which would round" in arithmetic().told()
        assert arithmetic().notes() == ()


@pytest.mark.parametrize("asked", ["own", "plain", "amx"])
def test_sums_that_cancel_are_exact_whatever_the_caller_asked_torch_for(monkeypatch, asked):
    monkeypatch.setenv("SCUMBLE_ARITHMETIC", asked)
    before = torch.get_float32_matmul_precision()
    feature = (1 + 0.05 * torch.rand(1, 16, 48, 64)).bfloat16().to(memory_format=torch.channels_last)
    torch.set_float32_matmul_precision("medium")
    try:
        with exact_float32():
            found = LayerMoments(Whole(), torch.full((1, 16), 1.0237))(feature)
        assert torch.backends.mkldnn.matmul.fp32_precision == "bf16"  # type: ignore[attr-defined]
    finally:
        torch.set_float32_matmul_precision(before)
    expected = torch.cov(feature[0].flatten(1).double(), correction=0)
    assert (found[0, :, :-1] - expected).norm() < EXACT * expected.norm()


def test_float32_is_exact_only_for_as_long_as_asked():
    onednn: Any = torch.backends.mkldnn
    cudnn: Any = torch.backends.cudnn
    libraries = (onednn.conv, onednn.matmul, cudnn.conv)
    before, during = [each.fp32_precision for each in libraries], set()
    with suppress(KeyError), exact_float32():
        during = {each.fp32_precision for each in libraries}
        raise KeyError
    assert during == {"ieee"}
    assert [each.fp32_precision for each in libraries] == before
    assert torch.get_float32_matmul_precision() == "highest"


@pytest.mark.usefixtures("damaged")
def test_a_path_that_fails_its_check_is_left():
    assert "fused float32" in arithmetic().wrong
    assert not is_fused(torch.zeros(1, 3, 4, 4))
    assert "no fused float32, which failed its check on this machine" in arithmetic().told()


@pytest.mark.parametrize("fails", [RuntimeError("could not create a primitive"), torch.nan])
def test_a_path_that_raises_or_gives_no_number_is_left(monkeypatch, fails):
    def error():
        if isinstance(fails, Exception):
            raise fails
        return fails

    monkeypatch.setitem(WAYS, "fused float32", module.Route(lambda: True, error, EXACT))
    assert arithmetic().wrong == ("fused float32",)


@pytest.mark.usefixtures("weights", "damaged")
def test_a_run_says_and_records_that_a_path_was_left(content, style):
    record = stylize(content, style, **TINY).record
    assert "no fused float32, which failed its check on this machine" in record.fallbacks
    assert "no fused float32, which failed its check on this machine" in record.arithmetic


@pytest.mark.usefixtures("weights")
def test_a_record_made_with_another_arithmetic_is_no_promise(content, style):
    record = stylize(content, style, **TINY).record
    assert record.arithmetic == arithmetic().told()
    assert differences(record) == []
    other = record.model_copy(update={"arithmetic": ("vax", "fused float32")})
    (told,) = differences(other)
    assert told.startswith("the processor computed with vax, fused float32, and here with ")
    assert differences(record.model_copy(update={"arithmetic": ()})) == []


def test_an_arithmetic_that_there_is_not(monkeypatch):
    monkeypatch.setenv("SCUMBLE_ARITHMETIC", "sloppy")
    with pytest.raises(
        UsageError, match="SCUMBLE_ARITHMETIC is 'sloppy'; it may be own, plain, amx"
    ) as found:
        arithmetic()
    assert found.value.hint == "unset it for what this machine does by itself"


@pytest.mark.parametrize("most", ["AVX2", "AVX512_CORE", "AVX512_CORE_BF16", ""])
def test_instructions_can_be_taken_away(most):
    code = "from scumble.machine.arithmetic import arithmetic; print(*arithmetic().told(), sep=';')"
    env = {**os.environ, "ONEDNN_MAX_CPU_ISA": most, "SCUMBLE_ARITHMETIC": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    best, *paths = done.stdout.strip().split(";")
    sets = ["sse41", "avx2", "avx512_core", "avx512_core_bf16", "avx512_core_amx"]
    if best in sets and most:
        assert sets.index(best) <= sets.index(most.lower())
    if best == "avx2":
        assert paths == ["fused float32"]
    assert not any("failed" in path for path in paths)
