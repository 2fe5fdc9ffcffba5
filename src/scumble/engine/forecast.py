"""What a run will take on this machine: seconds, from two evaluations timed at most an hour ago, and memory."""

import json
import math
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import torch

from scumble.backbones.base import Backbone
from scumble.engine.allocator import keep_memory
from scumble.engine.captured import captured
from scumble.engine.device import choose_device, choose_precision, device_name, thread_count, use_threads
from scumble.engine.memory import Fit, Need, memory_limit
from scumble.engine.objective import make_objective
from scumble.engine.plan import Plan
from scumble.engine.run import prepare_backbone
from scumble.engine.sizes import require_sizes
from scumble.folders import cache_folder
from scumble.options import Options

SIDES = (64, 384)  # of the pictures that are timed, in pixels
REPEATS = 3  # the fastest counts: what else the machine does is not ours to foresee
BEGINNING = {"cpu": 2.0, "cuda": 4.5}  # seconds: starting, loading libraries, finding regions
PER_MEGAPIXEL = 0.7  # seconds: reading, coloring, writing
AROUND = 1.15  # times the evaluations: the optimizer
TARGETS = 4  # evaluations: before the first one of a scale
FORWARD = 0.5  # evaluations: what the first pass of tiles takes
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
    options = plan.options
    device = choose_device(options.device)
    precision = choose_precision(options.precision, device, options.strength)
    backbone = prepare_backbone(options).to(device)
    require_sizes(plan, backbone)
    need = Need(backbone, plan, precision)
    fits = need.fits(memory_limit(options, device))
    layers = {
        name: weight for each in options.layers_of_styles(len(plan.styles)) for name, weight in each.items()
    }
    speed = speed_here(backbone.compute_in(precision), options.replace(style_layers=layers), device)
    seconds = BEGINNING.get(device.type, BEGINNING["cpu"]) + PER_MEGAPIXEL * plan.width * plan.height / 1e6
    for scale, fit in fits.items():
        once = speed.seconds(math.prod(scale.canvas)) * in_tiles(need, scale.canvas, fit)
        seconds += (AROUND * scale.steps * max(1, options.evaluations) + TARGETS * bool(scale.steps)) * once
    peak = max(need.bytes(*scale.size, fit) for scale, fit in fits.items())
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
    key = (f"{version('scumble')} torch {torch.__version__} {options.backbone} {device_name(device)} "
           f"{backbone.precision} {threads} {','.join(sorted(options.weight))}")  # fmt: skip
    known = remembered()
    if key in known and known[key].fresh:
        return known[key]
    keep_memory()
    with use_threads(options.threads):
        low, high = (seconds_of_one(backbone, options, side, device) for side in SIDES)
    per_pixel = max(0.0, high - low) / (SIDES[1] ** 2 - SIDES[0] ** 2)
    speed = Speed(max(0.0, low - per_pixel * SIDES[0] ** 2), per_pixel, time.time())
    remember({**known, key: speed})
    return speed


def seconds_of_one(backbone: Backbone, options: Options, side: int, device: torch.device) -> float:
    """Return the seconds of one evaluation of a square picture."""
    random = torch.Generator().manual_seed(0)
    content, style, image = (torch.rand(1, 3, side, side, generator=random).to(device) for _ in range(3))
    objective = captured(make_objective(backbone, options, content, [style], [1.0]), image)
    times = []
    for _ in range(REPEATS + 1):  # the first one warms up
        started = time.perf_counter()
        float(objective(image).total)  # waits for the device
        times.append(time.perf_counter() - started)
    return min(times[1:])


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
        partial = file.with_suffix(".part")
        partial.write_text(json.dumps({key: asdict(one) for key, one in speeds.items()}), encoding="utf-8")
        partial.replace(file)
    except OSError:
        return
