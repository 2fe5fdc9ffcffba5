"""How much memory a scale takes, and what is given up for it to fit: history first, then whole pictures."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from scumble.backbones.base import Backbone
from scumble.errors import OutOfMemory
from scumble.image.resize import fit as size_of_edge
from scumble.machine.memory import PROCESS, addresses_left, in_words
from scumble.objective.compared import Compared, active_losses
from scumble.objective.tiles import halos, spans
from scumble.options import Options
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale
from scumble.regions.turns import turned

# Bytes, measured on a CPU with compact and vgg19 at 512 to 2048 px, whole and in tiles of 256 to 1024.
ARRAY = 12  # a picture in float32, for each pixel
ARRAYS = 10  # as large as the picture, that a run holds beside the optimizer's history
LOSSES = 468  # for each pixel that is evaluated at once: losses of the image, and parts sorted by region
KEPT = 2.8  # times the activations, for each such pixel: they are kept, copied into statistics, and have gradients

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
    return backbone.extent(layer).kept * precision.itemsize


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
        self.everywhere = [layer for layer in layers if backbone.extent(layer).everywhere]
        self.halos = halos(backbone, ["image", *set(layers).difference(self.everywhere)], compared.reach)
        self.stride = math.lcm(*(backbone.extent(layer).stride for layer in layers))
        beside = [layer for kind in ("content", "previous") for layer in compared.all_layers(kind)]
        kept = [layer for layer in beside if layer != "image"]
        self.stored = sum(2 * own_bytes(backbone, layer, precision) for layer in kept)  # targets of tiles
        read = sum(KEPT * own_bytes(backbone, layer, precision) for layer in style_layers)
        *_, full = plan.scales
        areas = [width * height / math.prod(full.canvas) for width, height in plan.style_sizes(full)]
        copies = len(turned(torch.empty(1, 1, 1, 1, dtype=torch.float32), plan.options.style_turns))
        self.read = copies * read * sum(areas)  # features of all styles, before the first evaluation
        self.pictures = copies * ARRAY * sum(areas)
        self.process = PROCESS + sum(p.numel() * precision.itemsize for p in backbone.parameters())

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
        ways = filter(self.allows, rungs(self.options))
        return next((fit for fit in ways if self.bytes(width, height, fit) <= most), None)

    def allows(self, fit: Fit) -> bool:
        """Return whether the layers can be read in this way: not in tiles where one sees the whole picture."""
        return not (fit.tile and self.everywhere)

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
        *_, last = filter(self.allows, rungs(self.options))
        needed = self.bytes(width, height, last)
        edge = self.largest(width, height, most)
        by_system = addresses_left() < 2 * most  # it moves while libraries load
        remedies = (
            [f"--size {edge} fits"] if edge > 64 else [] if by_system else ["--max-memory asks for more"]
        )
        remedies += [f"--weight.{name} 0 lets it be painted in tiles" for name in whole_only(self.options)]
        remedies += ["raise ulimit -v" if by_system else "close other programs"]
        whole = [
            f"; no tiles, for its layer {layer!r} sees the whole picture" for layer in self.everywhere[:1]
        ]
        return OutOfMemory(
            f"{width} x {height} pixels need {in_words(needed)} even with {last}; {in_words(most)} are allowed"
            + "".join(whole),
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


def own_bytes(backbone: Backbone, layer: str, precision: torch.dtype) -> float:
    """Return the bytes of a layer by itself for each pixel of the picture."""
    extent = backbone.extent(layer)
    return extent.channels / extent.stride**2 * precision.itemsize
