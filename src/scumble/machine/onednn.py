"""oneDNN's operations, where torch would ask for others: the only place that lets a library choose its arithmetic."""

import platform
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, Literal

import torch
from torch import Tensor

from scumble.machine.instructions import asked


@cache
def library() -> Any:
    """Return torch's operations that oneDNN fuses, or None where there are none."""
    fused = torch.ops.mkldnn if torch.backends.mkldnn.is_available() else None  # type: ignore[no-untyped-call]
    needed = ("_convolution_pointwise", "_convolution_pointwise_", "_is_mkldnn_bf16_supported")
    return fused if all(hasattr(fused, name) for name in needed) else None


def is_here(precision: torch.dtype) -> bool:
    """Whether oneDNN's operations compute in a precision on this processor; tried on x86 alone."""
    if library() is None or platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    return precision == torch.float32 or bool(library()._is_mkldnn_bf16_supported())


def convolved(
    feature: Tensor,
    kernel: Tensor,
    constant: Tensor | None = None,
    *,
    padding: Sequence[int] = (0, 0),
    stride: Sequence[int] = (1, 1),
    groups: int = 1,
    then: Literal["none", "relu"] = "none",
) -> Tensor:
    """Return a convolution, (B, C, H, W), with what comes after it, each number rounded once."""
    return library()._convolution_pointwise(  # type: ignore[no-any-return]
        feature, kernel, constant, list(padding), list(stride), [1, 1], groups, then, [], ""
    )


def added(gradient: Tensor, other: Tensor, same: Tensor) -> Tensor:
    """Return the sum of two features, the first of which is spent; `same` is the matrix that changes nothing."""
    return library()._convolution_pointwise_(  # type: ignore[no-any-return]
        gradient, other, same[:, :, None, None], None, [0, 0], [1, 1], [1, 1], 1, "add", None, None, [], None
    )


@contextmanager
def float32_in(library: Any, precision: str) -> Iterator[None]:
    """Let one of torch's backends compute float32 in a precision, and put the old one back afterwards."""
    before = library.fp32_precision
    library.fp32_precision = precision
    try:
        yield
    finally:
        library.fp32_precision = before


@contextmanager
def exact_float32() -> Iterator[None]:
    """Multiply and convolve float32 in float32, whatever the caller's program has asked torch for.

    A GPU's library would round convolutions to ten bits by itself, and a processor with AMX products to eight.
    """
    backends: Any = torch.backends
    with ExitStack() as stack:
        for library in (backends.mkldnn, backends.cudnn):
            stack.enter_context(float32_in(library.conv, "ieee"))
        for library in (backends.mkldnn, backends.cuda):
            stack.enter_context(float32_in(library.matmul, "ieee"))
        yield


def quick_product(one: Tensor, other: Tensor) -> Tensor:
    """Return the product of float32 matrices (..., L, M) by oneDNN, in the mode in which it may round the factors.

    It does with AMX: to bfloat16, adding up in float32. Elsewhere it does not, and on processors by AMD it takes half
    the time of the library that torch asks otherwise.
    """
    if asked() == "amx":
        one, other = (each.bfloat16().float() for each in (one, other))
    with float32_in(torch.backends.mkldnn.matmul, "bf16"):  # type: ignore[attr-defined]
        return one @ other
