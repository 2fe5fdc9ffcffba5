"""Which instructions there are."""

import pytest
import torch

from scumble.machine.instructions import has_bfloat16_units, instructions


@pytest.mark.parametrize(
    ("units", "most", "expected", "half"),
    [
        (["avx512_bf16", "amx_bf16"], "", "avx512_core_amx", True),
        (["avx512_bf16"], "ALL", "avx512_core_bf16", True),
        (["avx512_bf16", "amx_bf16"], "AVX512_CORE_BF16", "avx512_core_bf16", True),
        (["avx512_bf16", "amx_bf16"], "avx512_core_vnni", "avx512_core", False),
        (["avx512_bf16"], "AVX2", "avx2", False),
        (["avx512_bf16"], "AVX512_CORE_AMX", "avx512_core_bf16", True),
    ],
)
def test_the_best_set_that_is_allowed(monkeypatch, units, most, expected, half):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: dict.fromkeys(units, True), raising=False)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", most)
    assert instructions() == expected
    assert has_bfloat16_units() == half


def test_a_processor_of_another_kind_is_called_by_its_kind(monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX2")
    assert instructions() == "aarch64"
    assert not has_bfloat16_units()
