"""What is done otherwise on a CUDA GPU; without one, that it is left alone."""

import warnings

import pytest
import torch

from scumble.backbones.variants import computing
from scumble.backbones.weights import load_backbone
from scumble.engine.run import paint
from scumble.machine.onednn import exact_float32
from scumble.objective.captured import Captured, captured
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.regions.found import Regions
from scumble.registry import names

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture(autouse=True)
def _float32_is_float32():
    with exact_float32():
        yield


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")


def drawn(seed, device, height=96, width=128):
    random = torch.Generator().manual_seed(seed)
    return torch.rand(1, 3, height, width, generator=random).to(device)


def objective_of(
    device, precision=torch.float32, halves=False, make=make_objective, more=(), soft=False, **options
):
    backbone = computing(load_backbone("compact"), precision, device)
    regions = None
    if halves:
        side = 1024 if soft else 8  # a drawn mask may be much larger than a layer
        left = torch.zeros(1, 2, side, side, device=device)
        left[:, 0, :, : side // 2], left[:, 1, :, side // 2 :] = 1, 1
        regions = Regions(left, (left,), drawn=soft)
    pictures = Pictures(drawn(1, device), [drawn(2, device)], [1.0], regions)
    return make(backbone, Options(**options), pictures, *more)


def test_on_a_cpu_an_objective_stays_as_it_is():
    objective = objective_of("cpu")
    assert captured(objective, drawn(1, "cpu")) is objective


@needs_gpu
@pytest.mark.parametrize("halves", [False, True], ids=["whole", "regions"])
@pytest.mark.parametrize("name", names("losses"))
def test_a_recorded_evaluation_is_the_evaluation(name, halves):
    weight = dict.fromkeys(Options().weight, 0) | {name: 1.0}
    objective = objective_of("cuda", halves=halves, weight=weight)
    recorded = captured(objective_of("cuda", halves=halves, weight=weight), drawn(3, "cuda"))
    assert isinstance(recorded, Captured)
    found = [(recorded(image), objective(image)) for image in (drawn(3, "cuda"), drawn(4, "cuda"))]
    for ours, plain in found:  # the second replay does not change what the first has given
        torch.testing.assert_close(ours.total, plain.total, rtol=1e-4, atol=1e-9)
        assert (ours.gradient - plain.gradient).norm() <= 1e-3 * plain.gradient.norm() + 1e-12
        assert ours.parts.keys() == plain.parts.keys()


@needs_gpu
def test_what_reads_numbers_back_is_evaluated_as_it_is():
    weight = dict.fromkeys(Options().weight, 0) | {"histogram": 1.0}
    waits = objective_of("cuda", halves=True, soft=True, weight=weight)
    assert captured(waits, drawn(3, "cuda")) is waits
    assert waits(drawn(3, "cuda")).gradient.isfinite().all()
    assert isinstance(captured(objective_of("cuda"), drawn(3, "cuda")), Captured)


@needs_gpu
@pytest.mark.parametrize("soft", [False, True], ids=["found", "drawn"])
@pytest.mark.parametrize("halves", [False, True], ids=["whole", "regions"])
def test_a_gpu_finds_the_gradient_that_a_cpu_finds(halves, soft):
    ours, theirs = (
        objective_of(device, halves=halves, soft=soft)(drawn(3, device)) for device in ("cuda", "cpu")
    )
    assert (ours.gradient.cpu() - theirs.gradient).norm() < 1e-2 * theirs.gradient.norm()
    half = objective_of("cuda", torch.bfloat16, halves, soft=soft)(drawn(3, "cuda"))
    cosine = torch.nn.functional.cosine_similarity(half.gradient.flatten(), ours.gradient.flatten(), dim=0)
    assert cosine > 0.99


@needs_gpu
@pytest.mark.parametrize("halves", [False, True], ids=["whole", "regions"])
def test_tiles_on_a_gpu_find_the_gradient_of_the_whole(halves):
    whole = objective_of("cuda", halves=halves)(drawn(3, "cuda")).gradient
    tiled = objective_of("cuda", halves=halves, make=make_tiled_objective, more=(64,))(drawn(3, "cuda"))
    assert (tiled.gradient - whole).norm() < 1e-2 * whole.norm()


@needs_gpu
def test_a_picture_of_a_gpu_is_that_of_a_cpu(content, style):
    pictures = []
    for device in ("cuda", "cpu"):
        options = Options(size=96, coarsest=48, steps=(6, 4), device=device, precision="float32")
        *_, last = paint(make_plan(options, content, (style,), (1.0,)))
        pictures.append(last.image.cpu())
    assert (pictures[0] - pictures[1]).abs().mean() < 2 / 255


@needs_gpu
def test_a_step_reads_back_few_times(content, style):
    options = Options(size=96, steps=(12,), coarsest=96, device="cuda")
    steps = paint(make_plan(options, content, (style,), (1.0,)))
    for _ in range(6):
        next(steps)
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            next(steps)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    waits = [one for one in told if "synchroniz" in str(one.message)]
    assert len(waits) <= 4, [f"{one.filename}:{one.lineno}" for one in waits]
