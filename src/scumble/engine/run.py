"""The loop: an iterator of steps, which progress bars, snapshots and notebooks only consume."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from scumble.backbones.base import Backbone
from scumble.backbones.weights import load_backbone
from scumble.engine.allocator import keep_memory
from scumble.engine.coloring import Coloring
from scumble.engine.device import choose_device, choose_precision, use_threads
from scumble.engine.guard import Guard, deviation
from scumble.engine.memory import Fit, Need, is_out_of_memory, memory_limit, release, rungs, too_large
from scumble.engine.objective import make_objective
from scumble.engine.plan import Plan
from scumble.engine.pyramid import Scale
from scumble.engine.regions import regions_of
from scumble.engine.start import start_image
from scumble.engine.strength import detail_share
from scumble.engine.tiled import make_tiled_objective
from scumble.engine.untouched import Painted, painted
from scumble.image.files import Picture
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.optimizers.base import Evaluate, Evaluation, Optimizer, optimizers
from scumble.options import Options


@dataclass(frozen=True)
class Step:
    """The picture after one optimizer update. Stop iterating to cancel the run."""

    scale: Scale
    number: int  # in this scale, from 1
    of: int  # steps of this scale
    count: int  # over all scales
    progress: float  # share of the work done, [0, 1]
    total: Tensor  # 0-d, on the device; to read it is to wait for it, so readers decide when
    parts: Mapping[str, Tensor]  # cost of each loss in its own units, 0-d
    image: Tensor  # (1, 3, H, W), [0, 1]
    notes: tuple[str, ...] = ()  # what the user should know, each said once

    @property
    def finished_scale(self) -> bool:
        """Whether this is the last step of its scale."""
        return self.number == self.of

    def costs(self) -> dict[str, float]:
        """Return total and parts as numbers, each part in its formula's own units. Waits for the device."""
        return {"total": float(self.total)} | {name: float(cost) for name, cost in self.parts.items()}


def paint(plan: Plan) -> Iterator[Step]:
    """Paint a picture as planned.

    Raises:
        WeightsError: the backbone's weights are not here.
        UnknownName: the backbone has no layer like one that was asked for.
        RunFailed: see `Guard`.
        OutOfMemory: the picture does not fit into memory.
    """
    keep_memory()
    steps: Iterator[Step] | None = None
    while True:
        try:
            with use_threads(plan.options.threads):  # for one step at a time: the caller's number is not ours
                steps = steps or Painting(plan).steps()
                step = next(steps, None)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            raise too_large(plan.width, plan.height) from error
        if step is None:
            return
        yield step


def resized(image: Tensor, scale: Scale) -> Tensor:
    """Return an image (1, 3, H, W) in the size of a scale, by antialiased bicubic interpolation."""
    if image.shape[-2:] == (scale.height, scale.width):
        return image
    return F.interpolate(image, (scale.height, scale.width), mode="bicubic", antialias=True)


def prepare_backbone(options: Options) -> Backbone:
    """Load the backbone with the pooling and the input that the options ask for."""
    backbone = load_backbone(options.backbone, None if options.pooling == "own" else options.pooling)
    if options.input == "0-255":
        backbone.rescale(backbone.normalization.gain)
    elif options.input == "raw":
        backbone.feed_raw()
    return backbone


@dataclass(frozen=True)
class Scene:
    """The pictures at one scale.

    Args:
        content: (1, 3, H, W), in the colors that it is painted in.
        styles: (1, 3, h, w) each, likewise.
        painted: what of it is painted; None for all.
    """

    content: Tensor
    styles: list[Tensor]
    painted: Painted | None

    def shown(self, image: Tensor) -> Tensor:
        """Return the running image as it is shown: in [0, 1], and untouched where it is not painted."""
        return (self.painted.blended(image) if self.painted else image).clamp(0, 1)


class Painting:
    """The parts of one run: what stays the same from scale to scale."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.options = plan.options
        self.device = choose_device(plan.options.device)
        self.backbone = prepare_backbone(plan.options).to(self.device)
        varied = all(self._is_varied(one) for one in (plan.content, *plan.styles))
        self.guard = Guard(varied, plan.options.plateau)
        self.optimizer = self._optimizer()
        self.notes = self._substitutions()
        precision = choose_precision(plan.options.precision, self.device)
        self.fits = self._fits(precision)
        self.regions = regions_of(plan, self.backbone, self.device)  # in float32: the same in every precision
        self.coloring = Coloring(plan, self.regions, self.device)
        self.backbone.compute_in(precision)

    def _substitutions(self) -> tuple[str, ...]:
        """Say which layers stand in for those that the backbone does not have."""
        of_styles = self.options.layers_of_styles(len(self.plan.styles))
        asked = [layer for layers in (self.options.content_layers, *of_styles) for layer in layers]
        pairs = {name: self.backbone.nearest_layer(name) for name in asked}
        return tuple(
            f"{self.options.backbone} has no {name}; {own} is used"
            for name, own in pairs.items()
            if own != name
        )

    def _fits(self, precision: torch.dtype) -> dict[Scale, list[Fit]]:
        """Return for each scale how to compute it, and what is left to try should memory not be enough."""
        most = memory_limit(self.options, self.device)
        found = Need(self.backbone, self.plan, precision).fits(most)
        first, *_ = ladder = list(rungs(self.options))
        self.notes += tuple(
            f"{scale.width} x {scale.height} with {fit}, to stay below {most / 1e9:.1f} GB"
            for scale, fit in found.items()
            if fit != first
        )
        return {scale: ladder[ladder.index(fit) :] for scale, fit in found.items()}

    def _tensor(self, picture: Picture, size: tuple[int, int]) -> Tensor:
        return to_tensor(resize(picture.rgb, size)).to(self.device)

    def _is_varied(self, picture: Picture) -> bool:
        return deviation(self._tensor(picture, self.plan.scales[0].size)) > 10 / 255

    def _scene(self, scale: Scale) -> Scene:
        """Return the pictures as a scale sees them."""
        content = self._tensor(self.plan.content, scale.size)
        sizes = self.plan.style_sizes(scale)
        styles = [self._tensor(style, size) for style, size in zip(self.plan.styles, sizes, strict=True)]
        masks = self.plan.masks
        part = painted(masks, content, self.options.feather) if masks else None
        return Scene(*self.coloring.next_scale(content, styles, part.mask if part else None), part)

    def _start(self, scale: Scale, content: Tensor) -> Tensor:
        given = self.plan.styles[0] if self.options.start == "style" else self.plan.start
        return start_image(self.options, content, self._tensor(given, scale.size) if given else None)

    def _enlarged(self, image: Tensor, coarse: Tensor, content: Tensor, scale: Scale) -> Tensor:
        """Return the image in the size of a scale, with the detail that the content has there and not before."""
        detail = content - resized(coarse, scale)
        return (resized(image, scale) + detail_share(self.options.strength) * detail).clamp(0, 1)

    def _optimizer(self) -> Optimizer:
        options = self.options
        return optimizers[options.optimizer](options.rate, options.history, options.evaluations)

    def steps(self) -> Iterator[Step]:
        """Yield the steps of all scales; a last scale without any yields its image once, as step 0."""
        image = content = torch.empty(0)
        evaluation = Evaluation(torch.zeros(()), torch.zeros(()))  # of a run without steps
        work = sum(scale.work for scale in self.plan.scales)
        count = done = 0
        for scale in self.plan.scales:
            coarse, scene = content, self._scene(scale)
            content = scene.content
            image = self._enlarged(image, coarse, content, scale) if count else self._start(scale, content)
            if scale.steps == 0:
                continue
            for number, of, moved, evaluation in self._paint(scale, image, scene):
                image, count = moved, count + 1
                progress = (done + scale.work * number / of) / work
                shown, notes, self.notes = scene.shown(self.coloring.shown(image)), self.notes, ()
                yield Step(
                    scale, number, of, count, progress, evaluation.total, evaluation.parts, shown, notes
                )
            done += scale.work
        if scale.steps == 0:
            total, parts = evaluation.total, evaluation.parts
            yield Step(
                scale, 0, 0, count, 1.0, total, parts, scene.shown(self.coloring.shown(image)), self.notes
            )

    def _paint(
        self, scale: Scale, image: Tensor, scene: Scene
    ) -> Iterator[tuple[int, int, Tensor, Evaluation]]:
        """Yield what `_descend` does; where memory is not enough, go on from there in a way that needs less."""
        number = 0
        for fit in self.fits[scale]:
            if number or fit != self.fits[scale][0]:
                self.notes += (f"memory was not enough after step {number} of {scale.width} x {scale.height}: "
                               f"on with {fit}",)  # fmt: skip
            try:
                self.optimizer.history = fit.history
                self.optimizer.next_scale(partial(resized, scale=scale))
                objective = self._objective(scene, fit)
                for number, of, image, evaluation in self._descend(scale, image, objective, number):  # noqa: B020
                    yield number, of, image, evaluation
                return
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                release(error)
        raise too_large(*scale.size)

    def _objective(self, scene: Scene, fit: Fit) -> Evaluate:
        arguments = (self.backbone, self.options, scene.content, scene.styles, self.plan.shares, self.regions)
        objective = make_tiled_objective(*arguments, fit.tile) if fit.tile else make_objective(*arguments)
        return scene.painted.part_of(objective) if scene.painted else objective

    def _descend(
        self, scale: Scale, image: Tensor, objective: Evaluate, number: int
    ) -> Iterator[tuple[int, int, Tensor, Evaluation]]:
        """Yield number, last number, image and evaluation of each step of one scale after step `number`."""
        if self.options.clip:
            image = image.clamp(0, 1)
        self.guard.watch(image)
        while number < scale.steps:
            update = self.optimizer.step(image, objective)
            verdict = self.guard.verdict(image, update)
            if verdict not in ("fine", "converged"):
                self.optimizer, note = self.guard.rescue(verdict, number + 1)
                self.notes += (note,)
                image = self.guard.best
                continue
            image = update.image.clamp(0, 1) if self.options.clip else update.image
            number += 1
            of = number if verdict == "converged" else scale.steps
            yield number, of, image, update.evaluation
            if number == of:
                return
