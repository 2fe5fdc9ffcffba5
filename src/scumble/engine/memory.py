"""How much memory a scale takes, and what is given up for it to fit: history first, then whole pictures."""

import math
import os
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from scumble.backbones.base import Backbone
from scumble.engine.compared import Compared, active_losses
from scumble.engine.device import gpu_of
from scumble.engine.tiles import halos, spans
from scumble.engine.turns import turned
from scumble.errors import OutOfMemory
from scumble.image.resize import fit as size_of_edge
from scumble.options import Options
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale

# Bytes, measured on a CPU with compact and vgg19 at 512 to 2048 px, whole and in tiles of 256 to 1024.
PROCESS = 330e6  # Python, torch and the decoded pictures
ARRAY = 12  # a picture in float32, for each pixel
ARRAYS = 10  # as large as the picture, that a run holds beside the optimizer's history
LOSSES = 468  # for each pixel that is evaluated at once: losses of the image, and parts sorted by region
KEPT = 2.8  # times the activations, for each such pixel: they are kept, copied into statistics, and have gradients
LIBRARIES, THREAD = 60e6, 10e6  # of addresses, where these are limited: loaded later, and a thread's stack
SPARE = 0.9  # of the memory that is free: it may be less by the time that it is needed

TILES = (1024, 512, 256)  # sides of a tile's own part, in pixels
FEWEST = 3  # updates that L-BFGS remembers at least


@dataclass(frozen=True)
class Fit:
    """How a scale is computed.

    Args:
        history: updates that the optimizer remembers.
        tile: side of a tile's own part in pixels; 0 for the whole picture at once.
    """

    history: int
    tile: int = 0

    def __str__(self) -> str:
        return f"history {self.history}" + (f", tiles of {self.tile} pixels" if self.tile else "")


def rungs(options: Options) -> Iterator[Fit]:
    """Yield ways of computing, each with less memory than the one before; smaller tiles take longer.

    A loss that does not fit tiles leaves the history alone to be given up.

    Example:
        >>> [str(fit) for fit in rungs(Options())]  # doctest: +NORMALIZE_WHITESPACE
        ['history 10', 'history 5', 'history 5, tiles of 1024 pixels', 'history 5, tiles of 512 pixels',
         'history 3, tiles of 512 pixels', 'history 3, tiles of 256 pixels']
        >>> [str(fit) for fit in rungs(Options(weight={"histogram": 1}))]
        ['history 10', 'history 5', 'history 3']
    """
    history = options.history if options.optimizer == "lbfgs" else 0
    half, least = (min(history, max(FEWEST, history // part)) for part in (2, 4))
    in_tiles = [*((half, tile) for tile in TILES[:2]), *((least, tile) for tile in TILES[1:])]
    less = [(least, 0)] if whole_only(options) else in_tiles
    yield from dict.fromkeys(Fit(updates, tile) for updates, tile in [(history, 0), (half, 0), *less])


def whole_only(options: Options) -> list[str]:
    """Return the losses that do not fit tiles: with any of them a picture is painted whole."""
    return [name for name, (loss, _) in active_losses(options).items() if not loss.fits_tiles]


def activation_bytes(backbone: Backbone, layer: str, precision: torch.dtype) -> float:
    """Return the bytes that all layers up to one hold for each pixel of the picture: a quarter after each pool."""
    per_pixel, width = 0.0, 3
    depth = backbone.names.index(layer) + 1 if layer in backbone.names else 0
    for name, module in list(zip(backbone.names, backbone.features, strict=True))[:depth]:
        if isinstance(module, nn.Conv2d):
            width = module.out_channels
        else:
            per_pixel += width / backbone.stride_and_reach(name)[0] ** 2
    return per_pixel * precision.itemsize


def told(amount: float) -> str:
    """Return bytes in words: in GB from 1 on, and below in MB, where tenths of a GB would look equal.

    Example:
        >>> told(3.67e9), told(5.4e8), told(1e5)
        ('3.7 GB', '540 MB', '0.1 MB')
    """
    return f"{amount / 1e9:.1f} GB" if amount >= 1e9 else f"{amount / 1e6:.3g} MB"


class Need:
    """What a run needs at each size.

    Args:
        backbone: its layers, with weights or without.
        plan: options, and how large styles are beside the image.
        precision: of the backbone.
    """

    def __init__(self, backbone: Backbone, plan: Plan, precision: torch.dtype) -> None:
        self.plan, self.options = plan, plan.options
        compared = Compared(plan.options, backbone, plan.shares)
        layers, style_layers = compared.all_layers(), compared.all_layers("style")
        self.evaluated = LOSSES + KEPT * max(activation_bytes(backbone, one, precision) for one in layers)
        self.halos = halos(backbone, layers)
        self.stride = max(backbone.stride_and_reach(layer)[0] for layer in layers)
        content = [layer for layer in compared.all_layers("content") if layer != "image"]
        self.stored = sum(2 * own_bytes(backbone, layer, precision) for layer in content)  # targets of tiles
        read = sum(KEPT * own_bytes(backbone, layer, precision) for layer in style_layers)
        *_, full = plan.scales
        areas = [width * height / math.prod(full.canvas) for width, height in plan.style_sizes(full)]
        copies = len(turned(torch.empty(1, 1, 1, 1, dtype=torch.float32), plan.options.style_turns))
        self.read = copies * read * sum(areas)  # features of all styles, before the first evaluation
        self.pictures = copies * ARRAY * sum(areas)
        self.process = PROCESS + sum(p.numel() * precision.itemsize for p in backbone.features.parameters())

    def bytes(self, width: int, height: int, fit: Fit) -> float:
        """Return the bytes that a scale of a size takes at its peak, with its bleed."""
        bleed = round(self.options.bleed / 100 * max(width, height))
        width, height = width + 2 * bleed, height + 2 * bleed
        pixels = width * height
        kept = self.process + pixels * (ARRAY * (ARRAYS + 2 * fit.history) + self.pictures)
        if not fit.tile:
            return kept + pixels * max(self.evaluated, self.read)
        across, down = self.sides(width, height, fit.tile, self.halos[1])
        return kept + pixels * self.stored + max(across) * max(down) * self.evaluated

    def sides(self, width: int, height: int, tile: int, halo: int) -> tuple[list[int], list[int]]:
        """Return how many columns tiles read, from left to right, and how many rows, from top to bottom."""
        across, down = (
            [span.read for span in spans(side, tile, self.stride, halo)] for side in (width, height)
        )
        return across, down

    def fit(self, width: int, height: int, most: float) -> Fit | None:
        """Return the first rung that stays below `most` bytes, or None."""
        return next((fit for fit in rungs(self.options) if self.bytes(width, height, fit) <= most), None)

    def fits(self, most: float) -> dict[Scale, Fit]:
        """Return for each scale how to compute it below `most` bytes.

        Raises:
            OutOfMemory: a scale does not fit in any way.
        """
        found = {}
        for scale in reversed(self.plan.scales):  # if any does not fit, it is the largest
            fit = self.fit(*scale.size, most) if scale.steps else next(rungs(self.options))
            if fit is None:
                raise self.too_large(*scale.size, most)
            found[scale] = fit
        return found

    def too_large(self, width: int, height: int, most: float) -> OutOfMemory:
        """Say what a picture that no rung fits would need, and what would fit."""
        *_, last = rungs(self.options)
        needed = self.bytes(width, height, last)
        edge = self.largest(width, height, most)
        by_system = address_limit() < 2 * most  # it moves while libraries load
        remedies = (
            [f"--size {edge} fits"] if edge > 64 else [] if by_system else ["--max-memory asks for more"]
        )
        remedies += [f"--weight.{name} 0 lets it be painted in tiles" for name in whole_only(self.options)]
        remedies += ["raise ulimit -v" if by_system else "close other programs"]
        return OutOfMemory(
            f"{width} x {height} pixels need {told(needed)} even with {last}; {told(most)} are allowed",
            ", or ".join(remedies),
        )

    def largest(self, width: int, height: int, most: float) -> int:
        """Return the long edge of about the largest picture of these proportions that fits, in pixels."""
        edge = max(width, height)
        while edge > 64 and not self.fit(*size_of_edge(width, height, edge), most):
            edge = edge * 9 // 10
        return edge


def too_large(width: int, height: int) -> OutOfMemory:
    """Say which size did not fit, whatever was tried."""
    return OutOfMemory(
        f"{width} x {height} pixels do not fit into memory",
        f"--size {max(width, height) // 2} needs a quarter of it",
    )


def release(problem: BaseException | None) -> None:
    """Let go of what an error's traceback holds: gigabytes, after an out-of-memory."""
    while problem is not None:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__


def own_bytes(backbone: Backbone, layer: str, precision: torch.dtype) -> float:
    """Return the bytes of a layer by itself for each pixel of the picture."""
    before = max(0, backbone.names.index(layer) - 1)
    return activation_bytes(backbone, layer, precision) - (
        activation_bytes(backbone, backbone.names[before], precision) if before else 0
    )


def memory_limit(options: Options, device: torch.device) -> float:
    """Return the bytes that a run may take: as many as the options allow, or are free, and as there are addresses."""
    asked = free_memory(device) if options.max_memory is None else options.max_memory * 1e9
    return min(asked, address_limit()) if device.type == "cpu" else asked


def free_memory(device: torch.device) -> float:
    """Return the bytes that a run may take: what is free, with what this process has already, less some."""
    if gpu := gpu_of(device):
        kept = gpu.memory_reserved(device) - gpu.memory_allocated(device)  # by torch, for what comes next
        return float(SPARE * (gpu.mem_get_info(device)[0] + kept) + PROCESS)
    try:
        about = Path("/proc/meminfo").read_text(encoding="ascii")
        free = int(re.findall(r"MemAvailable:\s+(\d+)", about)[0]) * 1024
        _, own = mapped_and_own()
    except (OSError, IndexError, ValueError):  # not Linux: half of what is built in
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2 if hasattr(os, "sysconf") else 4e9
    return min(SPARE * (free + own), container_limit())


def mapped_and_own() -> tuple[int, int]:
    """Return how many bytes of addresses this process has, and of memory behind them; on Linux alone."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    mapped, own = (int(number) * os.sysconf("SC_PAGE_SIZE") for number in pages[:2])
    return mapped, own


def address_limit() -> float:
    """Return the bytes that a limit on addresses, as of `ulimit -v`, leaves; no bound where there is none.

    Where it is reached, libraries do not always say so: they end the process, or wait for threads that never started.
    """
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        mapped, own = mapped_and_own()
    except (ImportError, OSError, ValueError):  # not Linux
        return math.inf
    if limit == resource.RLIM_INFINITY:
        return math.inf
    return max(0.0, own + limit - mapped - LIBRARIES - THREAD * torch.get_num_threads())


def require_addresses() -> None:
    """Raise `OutOfMemory` where addresses are limited and too few are left for threads to start."""
    mapped, own = mapped_and_own() if math.isfinite(limit := address_limit()) else (0, 0)
    if limit < own:
        raise OutOfMemory(
            f"this process may have so few addresses that, with {told(mapped)} taken, no thread can start",
            "raise ulimit -v",
        )


def container_limit() -> float:
    """Return the bytes that a container allows its processes; no bound where there is none."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return SPARE * int(Path(path).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return float("inf")
