"""What a run says when memory is not enough."""

import os
import subprocess
import sys

import pytest
import torch

from scumble.engine.plan import make_plan
from scumble.engine.run import paint
from scumble.errors import OutOfMemory
from scumble.optimizers.base import optimizers
from scumble.options import Options

SMALL = {"size": 64, "coarsest": 32, "steps": (6, 4), "threads": 1, "device": "cpu"}
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def failing_run(content, style, monkeypatch):
    """After its first step, a run whose optimizer fails as a full memory makes it."""

    def start(error):
        run = paint(make_plan(Options(**SMALL), content, (style,), (1.0,)))
        next(run)

        def fail(*_):
            raise error

        monkeypatch.setattr(optimizers["lbfgs"], "step", fail)
        return run

    return start


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
        RuntimeError("could not create a primitive"),  # oneDNN's way of saying it
    ],
    ids=str,
)
def test_running_out_of_memory_says_which_size_would_fit(failing_run, error):
    with pytest.raises(OutOfMemory, match="64 x 48 pixels do not fit into memory") as found:
        next(failing_run(error))
    assert found.value.exit_code == 5
    assert found.value.hint == "--size 32 needs a quarter of it"


def test_other_errors_are_not_called_lack_of_memory(failing_run):
    with pytest.raises(RuntimeError, match="something else"):
        next(failing_run(RuntimeError("something else")))


LITTLE_MEMORY = """
import resource
from PIL import Image
from scumble.engine.plan import make_plan
from scumble.engine.run import paint
from scumble.errors import OutOfMemory
from scumble.image.files import read_picture
from scumble.options import Options
picture = read_picture(Image.linear_gradient("L").convert("RGB"))
plan = make_plan(Options(size=3000, coarsest=0, threads=1, device="cpu"), picture, (picture,), (1.0,))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 600_000_000,) * 2)
try:
    next(paint(plan))
except OutOfMemory as error:
    print(error.message)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux does")
def test_little_memory_is_an_error_of_its_own():
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY], capture_output=True, text=True, env=environment
    )
    assert done.stderr == ""
    assert done.stdout == "3000 x 3000 pixels do not fit into memory\n"
