"""A guest in the caller's process: what torch is set to is ours for one step, and the caller's again after it.

Of a thread are: whether gradients are recorded, inference mode, autocast, the default device and other modes,
functorch's levels, hooks on saved tensors, and whether the smallest numbers are flushed to 0. Of the whole process
are: the number of threads, what float32 is rounded to, which libraries and algorithms compute, and the search for
anomalies. The latter change only while we hold the turn, so that calls from several threads take turns, step by step.
The default dtype is of the process, too, and we never touch it: each tensor that we make says its own. Random numbers
come from generators of our own.

To enter and to leave takes some 20 microseconds. No `yield` to a reader stands inside: a generator that is left alone
would keep the turn.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import Lock, RLock, local
from typing import Any

import torch

from scumble.errors import UsageError
from scumble.machine.device import use_threads
from scumble.plugins import blaming

core: Any = torch._C
DEVICES = ("cpu", "cuda", "xpu", "mps")

FLAGS = {
    "mkldnn_enabled": True,
    "mkldnn_deterministic": False,
    "nnpack_enabled": True,
    "cudnn_enabled": True,
    "cudnn_benchmark": False,
    "cudnn_deterministic": False,
}
"""Of the process: what torch says of its libraries where nobody has set anything."""

FLOAT32 = (("mkldnn", "matmul"), ("mkldnn", "conv"), ("cuda", "matmul"), ("cuda", "conv"))
"""Of the process: whose float32 is float32. By default a GPU's convolutions round it to ten bits."""


class Calls:
    """A lock that its holder may take again, and that is passed on: who waits comes before who comes again."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Forget who holds the turn: in a forked process, other threads are not there to pass it on."""
        self.held, self.next, self.mine = RLock(), Lock(), local()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Hold the turn."""
        if getattr(self.mine, "held", False):
            yield
            return
        held, mine = self.held, self.mine  # a fork in between renews them
        with self.next:
            held.acquire()
        try:
            mine.held = True
            yield
        finally:
            mine.held = False
            held.release()


calls = Calls()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=calls.renew)
first_in: list[int] = []  # the process that computed first


@contextmanager
def as_guest(threads: int = 0) -> Iterator[None]:
    """Compute as if nobody had set anything in torch, while nobody else of us does; then all is as it was.

    Args:
        threads: to compute with; 0 for torch's own choice.

    Raises:
        UsageError: this process was forked from one that has computed.
        PluginFailed: code of a plugin raised something, which is the cause.
    """
    require_own_process()
    with blaming(), calls.take(), ExitStack() as undo:
        plain_thread(undo)
        plain_process(undo)
        undo.enter_context(use_threads(threads))
        yield


def require_own_process() -> None:
    """Raise `UsageError` in a process that was forked after something was computed: its threads are not there."""
    here = os.getpid()
    if first_in and first_in[0] != here:
        raise UsageError(
            "this process was forked from one in which Scumble had computed, and has none of its threads: "
            "it would wait for them for ever",
            'start workers with multiprocessing.get_context("spawn"), or fork before anything is computed',
        )
    first_in[:] = [here]


def plain_thread(undo: ExitStack) -> None:
    """Put aside what the caller has set in this thread."""
    if core._len_torch_function_stack():
        undo.enter_context(without_function_modes())
    if core._len_torch_dispatch_stack():
        from torch.utils._python_dispatch import _disable_current_modes

        undo.enter_context(_disable_current_modes())
    undo.enter_context(torch.inference_mode(False))
    undo.enter_context(torch.enable_grad())
    for device in DEVICES:
        if torch.is_autocast_enabled(device):
            undo.enter_context(torch.autocast(device, enabled=False))
    if core._functorch.peek_interpreter_stack() is not None:
        from torch._functorch.pyfunctorch import temporarily_clear_interpreter_stack

        undo.enter_context(temporarily_clear_interpreter_stack())
    if core._autograd._top_saved_tensors_default_hooks(False) is not None:
        undo.enter_context(torch.autograd.graph.saved_tensors_hooks(itself, itself))
    if sys.float_info.min / 2 == 0:
        torch.set_flush_denormal(False)
        undo.callback(torch.set_flush_denormal, True)


def itself(saved: Any) -> Any:
    """Return what is saved for the way back as it is."""
    return saved


@contextmanager
def without_function_modes() -> Iterator[None]:
    """Put aside the modes of torch functions, of which a default device is one."""
    modes = [core._pop_torch_function_stack() for _ in range(core._len_torch_function_stack())]
    try:
        yield
    finally:
        for mode in reversed(modes):
            core._push_on_torch_function_stack(mode)


def plain_process(undo: ExitStack) -> None:
    """Put aside what the caller has set in the process."""
    for name, plain in FLAGS.items():
        if getattr(core, f"_get_{name}")() != plain:
            setter = getattr(core, f"_set_{name}")
            undo.callback(setter, not plain)
            setter(plain)
    if core._get_deterministic_algorithms():
        warn_only = core._get_deterministic_algorithms_warn_only()
        undo.callback(core._set_deterministic_algorithms, True, warn_only=warn_only)
        core._set_deterministic_algorithms(False)
    if core.is_anomaly_enabled():
        undo.callback(core.set_anomaly_enabled, True, core.is_anomaly_check_nan_enabled())
        core.set_anomaly_enabled(False)
    for backend, kind in FLOAT32:
        if core._get_fp32_precision_getter(backend, kind) not in ("none", "ieee"):
            before = own_precision(backend, kind)
            undo.callback(core._set_fp32_precision_setter, backend, kind, before)
            core._set_fp32_precision_setter(backend, kind, "ieee")


def own_precision(backend: str, kind: str) -> str:
    """Return what a backend's float32 was set to: `none` where what holds is set for all of its kinds or for all.

    torch tells only what holds, so those that it may come from are changed for a moment.
    """
    told = partial(core._get_fp32_precision_getter, backend, kind)
    own: str = told()
    for above in (("generic", "all"), (backend, "all")):
        before = core._get_fp32_precision_getter(*above)
        if before != own:
            continue
        core._set_fp32_precision_setter(*above, "tf32" if own == "ieee" else "ieee")
        follows = told() != own
        core._set_fp32_precision_setter(*above, before)
        if follows:
            return "none"
    return own
