"""Which instructions the processor has, as far as they are allowed, and which arithmetic was asked for."""

import os
import platform
from collections.abc import Mapping
from typing import Literal, cast, get_args

import torch

from scumble.errors import UsageError

Asked = Literal["own", "plain", "amx"]
SETS = ("sse41", "avx2", "avx512_core", "avx512_core_bf16", "avx512_core_amx")
"""As oneDNN calls them, each with all that is before it."""


def asked() -> Asked:
    """Return which arithmetic `SCUMBLE_ARITHMETIC` asks for.

    `own` takes every path that passes its check here, `plain` torch's operations alone; `amx` rounds as processors
    with AMX do, wherever their units are missing.

    Raises:
        UsageError: it is none of these.
    """
    found = os.environ.get("SCUMBLE_ARITHMETIC") or "own"
    if found not in get_args(Asked):
        raise UsageError(
            f"SCUMBLE_ARITHMETIC is {found!r}; it may be {', '.join(get_args(Asked))}",
            "unset it for what this machine does by itself",
        )
    return cast(Asked, found)


def instructions() -> str:
    """Return the largest of the sets that the processor has and that `ONEDNN_MAX_CPU_ISA` allows; else its kind."""
    best = _best()
    if best not in SETS:
        return best
    most = (os.environ.get("ONEDNN_MAX_CPU_ISA") or os.environ.get("DNNL_MAX_CPU_ISA") or "").lower()
    below = [name for name in SETS if most.startswith(name)]  # `avx512_core_vnni` is no set of ours
    return min(best, below[-1], key=SETS.index) if below else best


def _best() -> str:
    about: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    for unit, name in (("amx_bf16", "avx512_core_amx"), ("avx512_bf16", "avx512_core_bf16")):
        if about.get(unit):
            return name
    level = torch.backends.cpu.get_cpu_capability()  # what torch was told to use, which may be less
    return {"AVX512": "avx512_core", "AVX2": "avx2"}.get(level, platform.machine().lower() or "unknown")


def has_bfloat16_units() -> bool:
    """Whether the processor computes in bfloat16: without units for it, it is slower than float32."""
    return instructions() in SETS[-2:]
