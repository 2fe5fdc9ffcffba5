"""A guest in its process: the same pixels whatever torch is set to, and torch afterwards as it was."""

import ast
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
import torch
from torch.overrides import TorchFunctionMode

import scumble
from scumble import look
from scumble.comparing.compare import References, compare
from scumble.machine.guest import as_guest, own_precision
from scumble.runs.checkpoint import Checkpoint, read_checkpoint
from scumble.runs.prepare import prepare

SMALL: dict[str, Any] = {"size": 64, "coarsest": 32, "steps": 2}
PRECISIONS: tuple[Literal["float32", "bfloat16"], ...] = ("float32", "bfloat16")
BACKENDS = [
    ("generic", "all"),
    *((one, kind) for one in ("mkldnn", "cuda") for kind in ("all", "matmul", "conv")),
]
PACKAGE = Path(scumble.__file__).parent
pytestmark = pytest.mark.usefixtures("weights")


def matmul_precision():
    """Return what torch's older name for a setting says, which refuses to where newer names say otherwise."""
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError as error:
        return str(error)


def settings():
    """Return all that a guest may not change."""
    return {
        "float32": [torch._C._get_fp32_precision_getter(*one) for one in BACKENDS],
        "matmul": matmul_precision(),
        "threads": torch.get_num_threads(),
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "autocast": (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")),
        "deterministic": (torch.are_deterministic_algorithms_enabled(), torch.backends.mkldnn.enabled),
        "cudnn": (torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark),
        "anomaly": (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        "random": torch.get_rng_state().tolist(),
        "smallest": sys.float_info.min / 2,
        "warnings": list(warnings.filters),
    }


@contextmanager
def set_to(change, value, before):
    """Change a setting by a function, and set it back."""
    change(value)
    try:
        yield
    finally:
        change(before)


def set_all_float32(value):
    torch.backends.fp32_precision = value  # type: ignore[attr-defined]


def set_mkldnn_float32(value):
    torch.backends.mkldnn.fp32_precision = value


def set_benchmark(value):
    torch.backends.cudnn.benchmark = value


class Refusing(TorchFunctionMode):
    """The caller's own mode, which is no business of ours: an error if any of our calls comes by."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if any(kind.__module__.startswith("scumble") for kind in types) or "conv" in str(func):
            raise AssertionError(f"{func} reached the caller's mode")
        return func(*args, **kwargs or {})


def refuse(_saved):
    raise AssertionError("a hook of the caller's was called")


CONTEXTS: dict[str, Any] = {
    "inference_mode": torch.inference_mode,
    "no_grad": torch.no_grad,
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "float64": lambda: set_to(torch.set_default_dtype, torch.float64, torch.float32),
    "default device": lambda: set_to(torch.set_default_device, "meta", None),
    "with device": lambda: torch.device("meta"),
    "deterministic": lambda: set_to(torch.use_deterministic_algorithms, True, False),
    "medium": lambda: set_to(torch.set_float32_matmul_precision, "medium", "highest"),
    "all in tf32": lambda: set_to(set_all_float32, "tf32", "none"),
    "oneDNN in bfloat16": lambda: set_to(set_mkldnn_float32, "bf16", "none"),
    "no oneDNN": lambda: set_to(torch._C._set_mkldnn_enabled, False, True),
    "benchmark": lambda: set_to(set_benchmark, True, False),
    "threads": lambda: set_to(torch.set_num_threads, 3, 1),
    "random": lambda: torch.random.fork_rng(),
    "anomaly": lambda: set_to(torch.autograd.set_detect_anomaly, True, False),
    "mode": Refusing,
    "hooks": lambda: torch.autograd.graph.saved_tensors_hooks(refuse, refuse),
    "flushed": lambda: set_to(torch.set_flush_denormal, True, False),
}


def pixels(content, style, **options):
    return scumble.stylize(content, style, **SMALL | {"threads": 1} | options).image.tobytes()


@pytest.fixture(scope="module")
def plain(content, style):
    """The pixels where nothing is set, of each precision."""
    return {one: pixels(content, style, precision=one) for one in PRECISIONS}


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_whatever_torch_is_set_to_the_picture_is_the_same(content, style, plain, context, precision):
    with CONTEXTS[context]():
        before = settings()
        found = pixels(content, style, precision=precision)
        assert settings() == before
    assert found == plain[precision]


@pytest.mark.parametrize("context", ["inference_mode", "autocast", "float64", "default device", "no oneDNN"])
def test_figures_and_measures_are_the_same(content, style, context):
    def all_of_it():
        measured = compare(content, style, References(content), References(content))
        figures = [
            look.activations(content, "relu2_1", channels=3, size=48),
            look.patches(content, "relu1_1", channels=1, places=2, size=48),
            look.regions(content, style, most=2),
            look.reconstruct(content, "relu1_1", size=32, steps=1),
        ]
        return measured.measures, [one.tobytes() for one in figures]

    before = all_of_it()
    with CONTEXTS[context]():
        told = settings()
        assert all_of_it() == before
        assert settings() == told


@pytest.mark.parametrize("context", ["inference_mode", "float64", "default device"])
def test_a_checkpoint_is_written_and_gone_on_from_there_too(content, style, tmp_path, context):
    def painted(between):
        run = prepare(content, style, **SMALL, threads=1)
        run.checkpoint = Checkpoint(tmp_path / f"{between}.checkpoint", 0)
        next(iter(run))
        kept = read_checkpoint(run.checkpoint.path)
        again = prepare(content, style, **SMALL, threads=1)
        again.go_on(kept.state(again.plan), kept.record)
        list(again)
        return again.result().image.tobytes()

    before = painted("before")
    with CONTEXTS[context]():
        assert painted("within") == before


def test_a_vmap_of_the_caller_is_none_of_ours(content, style, plain):
    found = []

    def also(x):
        found.append(pixels(content, style, precision="float32"))
        return x

    torch.vmap(also)(torch.ones(2))
    assert found == [plain["float32"]]


def test_calls_from_threads_take_turns(content, style):
    jobs = [
        {"precision": PRECISIONS[one % 2], "seed": one, "start": "noise", "steps": 2 + one % 3 // 2}
        for one in range(20)
    ]
    before, one_by_one = settings(), [pixels(content, style, **job) for job in jobs]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda job: pixels(content, style, **job), jobs)) == one_by_one
    assert settings() == before


def test_figures_and_measures_from_threads(content, style):
    def seen(channels):
        measured = compare(content, style, References(content), References(content))
        return look.activations(content, "relu2_1", channels=channels, size=48).tobytes(), measured.level

    one_by_one = [seen(number) for number in range(1, 5)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(seen, range(1, 5))) == one_by_one


def test_products_of_the_caller_stay_exact_while_we_paint(content, style):
    """Precision that leaks for a moment shows in what another thread multiplies between our steps."""
    one = torch.rand(64, 64, generator=torch.Generator().manual_seed(0))
    exact = one @ one
    for _ in scumble.stylize_steps(content, style, **SMALL, precision="bfloat16", threads=1):
        with ThreadPoolExecutor(1) as other:
            assert torch.equal(other.submit(torch.mm, one, one).result(), exact)


def test_two_runs_step_by_step_in_one_thread(content, style, plain):
    runs = [prepare(content, style, **SMALL, threads=1, precision=one) for one in PRECISIONS]
    for _ in zip(*runs, strict=True):
        pass
    assert [run.result().image.tobytes() for run in runs] == list(plain.values())


def test_a_run_goes_on_in_another_thread(content, style, plain):
    run = prepare(content, style, **SMALL, threads=1, precision="bfloat16")
    steps = iter(run)
    next(steps)
    other = Thread(target=lambda: list(steps))
    other.start()
    other.join()
    assert run.result().image.tobytes() == plain["bfloat16"]


def test_a_run_that_is_left_alone_keeps_nobody_waiting(content, style, plain):
    left = iter(prepare(content, style, **SMALL, threads=1))
    next(left)
    with ThreadPoolExecutor(1) as other:
        job = other.submit(pixels, content, style, precision="float32")
        assert job.result(timeout=900) == plain["float32"]
    left.close()


def test_an_error_leaves_torch_as_it_was():
    torch.set_float32_matmul_precision("medium")
    try:
        before = settings()
        with suppress(KeyError), as_guest(3), as_guest():
            assert torch.get_num_threads() == 3
            assert torch._C._get_fp32_precision_getter("mkldnn", "matmul") == "ieee"
            raise KeyError
        assert settings() == before
    finally:
        torch.set_float32_matmul_precision("highest")


@pytest.mark.parametrize("own", ["none", "bf16"])
@pytest.mark.parametrize("above", ["none", "bf16", "ieee"])
def test_what_a_backend_was_told_itself_is_known_from_what_holds_for_all(own, above):
    setter = torch._C._set_fp32_precision_setter
    try:
        setter("mkldnn", "all", above)
        setter("mkldnn", "conv", own)
        before = settings()
        assert own_precision("mkldnn", "conv") == own
        assert settings() == before
    finally:
        setter("mkldnn", "all", "none")
        setter("mkldnn", "conv", "none")


FORKED = """
import os, signal, sys, warnings
import numpy as np
import scumble
import scumble.engine.run
warnings.simplefilter("ignore")
content = np.zeros((48, 64, 3), np.uint8)
content[:, 32:] = 255

def paint():
    try:
        return scumble.stylize(content, content[::-1], size=48, steps=1, threads=2).image.size
    except scumble.ScumbleError as error:
        return f"{type(error).__name__}: {error.message} / {error.hint}"

if "after" in sys.argv:
    paint()
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(60)  # a child that waits for ever ends so
print(paint(), flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize(
    ("when", "said"),
    [("before", "(48, 36)"),
     ("after", "UsageError: this process was forked from one in which Scumble had computed")],
)  # fmt: skip
def test_a_process_forked_after_something_was_computed_is_told_so(when, said):
    done = subprocess.run([sys.executable, "-c", FORKED, when], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(said)
    assert when == "before" or 'get_context("spawn")' in done.stdout


FORKED_ELSEWHERE = """
import os, signal, sys
from threading import Event, Thread
from scumble.machine.guest import calls
held, done = Event(), Event()

def hold():
    with calls.take():
        held.set()
        done.wait()

thread = Thread(target=hold)
thread.start()
held.wait()
if child := os.fork():
    done.set()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(60)  # a child that waits for ever ends so
with calls.take(), calls.take():
    print("its turn", flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_does_not_wait_for_a_turn_of_a_thread_that_it_has_not():
    done = subprocess.run([sys.executable, "-c", FORKED_ELSEWHERE], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "its turn\n", "")


MAKES = {
    f"torch.{name}"
    for name in ("zeros", "ones", "empty", "full", "tensor", "as_tensor", "rand", "randn", "eye", "linspace",
                 "hann_window")
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_each_tensor_that_we_make_says_its_dtype(path):
    """Or the caller's default would decide."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKES:
            assert "dtype" in {one.arg for one in node.keywords}, ast.unparse(node)
