"""What a run says when memory is not enough."""

import os
import re
import subprocess
import sys

import pytest
import torch
from PIL import Image

from scumble.backbones.weights import load_backbone
from scumble.engine.run import paint
from scumble.errors import OutOfMemory
from scumble.objective.fit import Fit, Need, rungs
from scumble.optimizers.base import optimizers
from scumble.options import Options
from scumble.plan.plan import make_plan

SMALL = {"size": 64, "coarsest": 32, "steps": (6, 4), "threads": 1, "device": "cpu"}
pytestmark = pytest.mark.usefixtures("weights")


ERRORS = [
    MemoryError(),
    torch.OutOfMemoryError("CUDA out of memory"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
    RuntimeError("std::bad_alloc"),
    OSError(12, "Cannot allocate memory"),
]


@pytest.fixture
def failing_run(content, style, monkeypatch):
    """After its first step, a run whose optimizer fails so many times as a full memory makes it."""

    def start(error, times=1000, **options):
        run = paint(make_plan(Options(**SMALL | options), content, (style,), (1.0,)))
        first, step = next(run), optimizers["lbfgs"].step
        left = [error] * times

        def fail(*arguments):
            if left:
                raise left.pop()
            return step(*arguments)

        monkeypatch.setattr(optimizers["lbfgs"], "step", fail)
        return first, run

    return start


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_running_out_of_memory_goes_on_with_less_and_says_so(failing_run, error):
    first, run = failing_run(error, times=2)
    steps = [first, *run]
    assert [step.count for step in steps] == list(range(1, 11))
    assert [step.number for step in steps] == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4]
    notes = [note for step in steps for note in step.notes if "memory" in note]
    assert notes == [
        "memory was not enough after step 1 of 32 x 24: on with history 5",
        "memory was not enough after step 1 of 32 x 24: on with history 5, tiles of 1024 pixels",
    ]
    totals = [float(step.total) for step in steps[:6]]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_when_nothing_helps_it_says_which_size_would_fit(failing_run, error):
    _, run = failing_run(error)
    with pytest.raises(OutOfMemory, match="32 x 24 pixels do not fit into memory") as found:
        next(run)
    assert found.value.exit_code == 5
    assert found.value.hint == "--size 16 needs a quarter of it"


def test_a_picture_painted_in_tiles_is_that_painted_whole(content, style, monkeypatch):
    tile = 0
    monkeypatch.setattr("scumble.engine.run.rungs", lambda options: iter([Fit(options.history, tile)]))
    monkeypatch.setattr("scumble.engine.run.Need.fit", lambda *_: Fit(10, tile))
    images = []
    few = SMALL | {"steps": (4, 3), "precision": "float32"}  # of more, rounding turns a line search
    for tile in (0, 32):  # noqa: B007
        *_, last = paint(make_plan(Options(**few), content, (style,), (1.0,)))
        images.append(last.image)
    assert (images[0] - images[1]).abs().max() < 0.1 / 255


def test_a_limit_of_memory_is_kept_by_tiles_and_said(content, style):
    large = {"size": 768, "coarsest": 0, "steps": 1, "max_memory": 0.7, "threads": 1, "device": "cpu"}
    (step,) = paint(make_plan(Options(**large), content, (style,), (1.0,)))
    assert step.image.shape == (1, 3, 576, 768)
    (note,) = step.notes
    assert re.fullmatch(r"768 x 576 with history \d, tiles of \d+ pixels, to stay below 700 MB", note)


def test_too_little_for_any_tile_is_said_before_the_start(content, style):
    options = Options(**SMALL | {"size": 4096, "coarsest": 0, "max_memory": 1.0, "precision": "float32"})
    with pytest.raises(
        OutOfMemory, match=r"4096 x 3072 pixels need \d\.\d GB even with history 3, tiles of 256"
    ) as found:
        next(paint(make_plan(options, content, (style,), (1.0,))))
    size = int(re.findall(r"--size (\d+) fits", found.value.hint)[0])
    assert 1000 < size < 4096
    need = Need(load_backbone("compact"), make_plan(options, content, (style,), (1.0,)), torch.float32)
    assert need.fit(size, size * 3 // 4, 1e9)


def test_many_large_styles_need_more(content, style):
    few, many = (
        Need(load_backbone("compact"), make_plan(Options(style_scale=scale), content, styles, (1.0,) * len(styles)),
             torch.float32).bytes(512, 384, Fit(10))
        for scale, styles in ((1, (style,)), (3, (style, style)))
    )  # fmt: skip
    assert many > 2 * few


def test_each_rung_needs_less_than_the_one_before(content, style):
    need = Need(load_backbone("compact"), make_plan(Options(), content, (style,), (1.0,)), torch.float32)
    bytes_ = [need.bytes(4000, 3000, fit) for fit in rungs(Options())]
    assert bytes_ == sorted(bytes_, reverse=True)
    assert len(set(bytes_)) == len(bytes_) > 4


@pytest.mark.parametrize("name", ["histogram", "sliced-wasserstein", "nearest"])
def test_what_does_not_fit_tiles_is_painted_whole_or_refused_with_the_remedy(content, style, name):
    options = Options(**SMALL | {"size": 2048, "coarsest": 0, "max_memory": 1.0, "weight": {name: 1}})
    assert {fit.tile for fit in rungs(options)} == {0}
    message = r"2048 x 1536 pixels need \d\.\d GB even with history 3; 1.0 GB are allowed"
    with pytest.raises(OutOfMemory, match=message) as found:
        next(paint(make_plan(options, content, (style,), (1.0,))))
    told = rf"--size \d+ fits, or --weight.{name} 0 lets it be painted in tiles, or close other programs"
    assert re.fullmatch(told, found.value.hint)
    assert any(fit.tile for fit in rungs(options.replace(weight={name: 0})))


def test_optimizers_without_a_history_have_none_to_give_up():
    assert {fit.history for fit in rungs(Options(optimizer="adam"))} == {0}


def test_other_errors_are_not_called_lack_of_memory(failing_run):
    _, run = failing_run(RuntimeError("something else"))
    with pytest.raises(RuntimeError, match="something else"):
        next(run)


LITTLE_MEMORY = """
import resource, sys
from PIL import Image
from scumble.backbones.weights import load_backbone
from scumble.objective.fit import Fit, Need, rungs
from scumble.plan.plan import make_plan
from scumble.engine.run import paint
from scumble.errors import OutOfMemory
from scumble.image.files import read_picture
from scumble.options import Options
picture = read_picture(Image.linear_gradient("L").convert("RGB"))
options = Options(size=3000, coarsest=1500, steps=1, threads=1, device="cpu")
plan = make_plan(options, picture, (picture,), (1.0,))
run = paint(plan)
if "late" in sys.argv:
    next(run)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
try:
    next(run)
except OutOfMemory as error:
    print(error.message)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux does")
@pytest.mark.parametrize(
    ("when", "said"),
    [("early", r"3000 x 3000 pixels need .*; \d+ MB are allowed"),
     ("late", "3000 x 3000 pixels do not fit into memory")],
)  # fmt: skip
def test_little_memory_is_an_error_of_its_own(when, said):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, when], capture_output=True, text=True, env=environment
    )
    assert done.stderr == ""
    assert re.fullmatch(f"{said}\n", done.stdout), done.stdout


def test_what_is_not_said_of_memory_alone_is_an_error_as_it_is_while_there_is_memory(failing_run):
    _, run = failing_run(RuntimeError("could not create a primitive"))
    with pytest.raises(RuntimeError, match="could not create a primitive"):
        next(run)


SHORT = """
import resource
from scumble.shortage import is_memory_full
error = RuntimeError("could not create a primitive")
print(is_memory_full(error))
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
print(is_memory_full(error))
print(is_memory_full(RuntimeError("something else")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux does")
def test_where_memory_is_short_it_is_that():
    done = subprocess.run([sys.executable, "-c", SHORT], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\nTrue\nFalse\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux does")
@pytest.mark.parametrize("megabytes", [450, 600, 640, 680, 740])
def test_a_process_with_few_addresses_says_so(tmp_path, megabytes):
    Image.linear_gradient("L").convert("RGB").resize((64, 64)).save(tmp_path / "a.png")
    limited = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20},) * 2); "
    )
    command = ["stylize", "a.png", "a.png", "--size", "48", "--steps", "1", "-q"]
    started = f"sys.argv[1:] = {command!r}; runpy.run_module('scumble', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", limited + started], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 5, done.stderr
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: ")
    assert hint in ("hint: a smaller --size needs less", "hint: raise ulimit -v")
