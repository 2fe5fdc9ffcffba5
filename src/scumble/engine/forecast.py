"""What a run will take on this machine: seconds, from two evaluations timed at most an hour ago, and memory.

The seconds are those of a machine that does nothing else. How many times as long it takes at the moment is told by
the share of the processor that a thread of ours gets: of two threads, beside five programs on two cores, a quarter.
"""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from scumble import __version__
from scumble.backbones.base import Backbone
from scumble.backbones.shelf import LAST
from scumble.disk.hidden import write_whole
from scumble.folders import cache_folder
from scumble.machine.allocator import keep_memory
from scumble.machine.device import choose_device, choose_precision, device_name, thread_count
from scumble.machine.guest import as_guest
from scumble.machine.memory import memory_limit
from scumble.objective.captured import captured
from scumble.objective.fit import Fit, Need
from scumble.objective.references import Pictures
from scumble.objective.sizes import require_sizes
from scumble.objective.whole import make_objective
from scumble.options import Options
from scumble.plan.plan import Plan

SIDES = (64, 384)  # of the pictures that are timed, in pixels
REPEATS = 3  # the fastest counts: others come and go
BEGINNING = {"cpu": 2.0, "cuda": 4.5}  # seconds: starting, loading libraries, finding regions
PER_MEGAPIXEL = 0.7  # seconds: reading, coloring, writing
AROUND = 1.15  # times the evaluations: the optimizer
TARGETS = 4  # evaluations: before the first one of a scale
FORWARD = 0.5  # evaluations: what the first pass of tiles takes
FREE = 0.8  # share of the processor that our first thread gets at least where nobody else wants any
PROBE = 0.3  # seconds: to find out how much that is now
FRESH = 3600  # seconds: machines have slow hours, and what one of them left was up to 42 % too high


@dataclass(frozen=True)
class Speed:
    """How long an evaluation takes: `fixed` seconds, and `per_pixel` for each pixel, `measured` in Unix time."""

    fixed: float
    per_pixel: float
    measured: float = 0.0

    @property
    def fresh(self) -> bool:
        """Whether this was measured within the last hour; a clock that was set back counts as long ago."""
        return 0 <= time.time() - self.measured < FRESH

    def seconds(self, pixels: float) -> float:
        """Return the seconds of one evaluation."""
        return self.fixed + self.per_pixel * pixels


@dataclass(frozen=True)
class Forecast:
    """Of a run: `seconds` from start to picture, `gigabytes` at its peak, and how each scale is computed."""

    seconds: float
    gigabytes: float
    fits: tuple[Fit, ...]


def forecast(plan: Plan) -> Forecast:
    """Return what a run will take, within about a quarter on a machine that does nothing else.

    The first time in an hour this takes a second or two with the bundled network, longer with larger ones.

    Raises:
        ImageError: a picture is too small for the layers that read it.
        OutOfMemory: there is no way to make the picture fit.
    """
    with as_guest(plan.options.threads):
        return forecast_here(plan)


def forecast_here(plan: Plan) -> Forecast:
    """Return what a run will take as torch is set now."""
    options = plan.options
    device = choose_device(options.device)
    precision = choose_precision(options.precision, device, options.strength)
    backbone = LAST.take(options, device)
    require_sizes(plan, backbone)
    need = Need(backbone, plan, precision)
    fits = need.fits(memory_limit(options, device))
    layers = {
        name: weight for each in options.layers_of_styles(len(plan.styles)) for name, weight in each.items()
    }
    backbone = LAST.take(options, device, precision)
    speed = speed_here(backbone, options.replace(style_layers=layers), device)
    seconds = BEGINNING.get(device.type, BEGINNING["cpu"]) + PER_MEGAPIXEL * plan.width * plan.height / 1e6
    for scale, fit in fits.items():
        once = speed.seconds(math.prod(scale.canvas)) * in_tiles(need, scale.canvas, fit)
        seconds += (AROUND * scale.steps * max(1, options.evaluations) + TARGETS * bool(scale.steps)) * once
    painted = [scale for scale in fits if scale.steps] or plan.scales[-1:]
    peak = max(need.bytes(*scale.size, fits[scale]) for scale in painted)
    return Forecast(round(seconds, 1), round(peak / 1e9, 2), tuple(fits[scale] for scale in plan.scales))


def in_tiles(need: Need, size: tuple[int, int], fit: Fit) -> float:
    """Return how many times as long an evaluation takes in tiles, 1 for a whole picture."""
    if not fit.tile:
        return 1.0
    sides = (need.sides(*size, fit.tile, halo) for halo in need.halos)
    first, second = (sum(across) * sum(down) for across, down in sides)
    return (FORWARD * first + second) / math.prod(size)


def speed_here(backbone: Backbone, options: Options, device: torch.device) -> Speed:
    """Return the speed of a backbone on this machine, measured within the last hour or now."""
    threads = thread_count(options.threads)
    key = (f"{__version__} torch {torch.__version__} {options.backbone} {device_name(device)} "
           f"{backbone.precision} {threads} {','.join(sorted(options.weight))}")  # fmt: skip
    known = remembered()
    if key in known and known[key].fresh:
        return known[key]
    keep_memory()
    low, high = (seconds_of_one(backbone, options, side, device) for side in SIDES)
    per_pixel = max(0.0, high - low) / (SIDES[1] ** 2 - SIDES[0] ** 2)
    speed = Speed(max(0.0, low - per_pixel * SIDES[0] ** 2), per_pixel, time.time())
    remember({**known, key: speed})
    return speed


def seconds_of_one(backbone: Backbone, options: Options, side: int, device: torch.device) -> float:
    """Return the seconds of one evaluation of a square picture, where nobody else wants the processor."""
    random = torch.Generator().manual_seed(0)
    content, style, image = (
        torch.rand(1, 3, side, side, generator=random, dtype=torch.float32).to(device) for _ in range(3)
    )
    objective = captured(make_objective(backbone, options, Pictures(content, [style], [1.0])), image)
    times = []
    for _ in range(REPEATS + 1):  # the first one warms up
        started, worked = time.perf_counter(), time.thread_time()
        float(objective(image).total)  # waits for the device
        times.append((time.perf_counter() - started, time.thread_time() - worked))
    return undisturbed(times[1:]) if device.type == "cpu" else min(took for took, _ in times[1:])


def undisturbed(times: Sequence[tuple[float, float]]) -> float:
    """Return the seconds that something takes on a processor of its own.

    Args:
        times: of several tries, each the seconds that passed, and those in which our first thread ran.

    Example:
        >>> undisturbed([(1.0, 0.95), (1.5, 0.9)]), undisturbed([(4.0, 1.1), (5.0, 1.0)])
        (1.0, 1.0)
    """
    free = [took for took, worked in times if worked >= FREE * took]
    return min(free) if free else min(worked for _, worked in times)


def slowdown(options: Options) -> float:
    """Return how many times as long a run takes at the moment, since other programs want the processor; at least 1.

    Takes a third of a second. On a GPU it is 1: who else uses that is not known.
    """
    if choose_device(options.device).type != "cpu":
        return 1.0
    with as_guest(options.threads):
        square = torch.full((256, 256), 0.5, dtype=torch.float32)
        torch.mm(square, square)  # threads start
        started, worked = time.perf_counter(), time.thread_time()
        while (took := time.perf_counter() - started) < PROBE:
            torch.mm(square, square)
        return times_as_long(took, time.thread_time() - worked)


def times_as_long(took: float, worked: float) -> float:
    """Return how many times as long something takes whose first thread ran so many of the seconds that passed.

    Example:
        >>> times_as_long(0.3, 0.28), times_as_long(0.3, 0.1)
        (1.0, 3.0)
    """
    return 1.0 if worked >= FREE * took else round(took / max(worked, took / 100), 2)


def speed_file() -> Path | None:
    """Return where speeds are remembered; None for a user without a home."""
    folder = cache_folder()
    return folder and folder / "speed.json"


def remembered() -> dict[str, Speed]:
    """Return the speeds that were measured before; none if there is no such file or something is wrong with it."""
    file = speed_file()
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file else {}
        return {
            str(key): Speed(float(one["fixed"]), float(one["per_pixel"]), float(one["measured"]))
            for key, one in found.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def remember(speeds: dict[str, Speed]) -> None:
    """Write speeds for the next time; where that cannot be, they are measured again then."""
    if not (file := speed_file()):
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({key: asdict(one) for key, one in speeds.items()})
        write_whole(file, [text.encode()], replace=True)
    except OSError:
        return
