"""The loop: an iterator of steps, which progress bars, snapshots and notebooks only consume."""

import logging
from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor

from scumble.backbones.shelf import LAST, Shelf
from scumble.colors.coloring import Coloring
from scumble.engine.guard import GOOD, Guard, Witness
from scumble.engine.means import Means, Tell
from scumble.engine.scene import Scene, is_varied, make_scene, resized, tensor_of
from scumble.engine.start import start_image
from scumble.engine.state import Position, State, new_optimizer, optimizer_at
from scumble.engine.step import Step as Step
from scumble.engine.step import split, step_at
from scumble.machine.allocator import begin_scale, keep_memory
from scumble.machine.arithmetic import arithmetic
from scumble.machine.device import choose_device, choose_precision
from scumble.machine.guest import as_guest
from scumble.machine.memory import memory_limit, release, require_addresses, told
from scumble.objective.captured import captured
from scumble.objective.fit import Fit, Need, rungs, too_large
from scumble.objective.sizes import require_sizes
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.optimizers.base import Evaluate, Evaluation
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale
from scumble.plan.strength import detail_share
from scumble.plugins import is_out_of_memory
from scumble.regions.bleed import continued, continued_regions
from scumble.regions.found import regions_of

Mark = Callable[[State], object]
log = logging.getLogger(__name__)


def paint(
    plan: Plan,
    begin: State | None = None,
    mark: Mark | None = None,
    tell: Tell | None = None,
    shelf: Shelf = LAST,
) -> Iterator[Step]:
    """Paint a picture as planned.

    Args:
        plan: what to do.
        begin: go on from there, to the pixels of a run that was never stopped.
        mark: is told the state before each step is yielded, and where the way of computing changes; it is to keep
            the last one only, whose tensors stay in memory.
        tell: is told what is computed with, once, before the first step.
        shelf: where the backbone is taken from.

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
            # for one step at a time: the caller's settings are not ours
            with as_guest(plan.options.threads):
                if steps is None:
                    painting = Painting(plan, begin, shelf)
                    steps = painting.steps(mark)
                    if tell:
                        tell(painting.means)
                begin = None  # or its tensors would stay in memory
                step = next(steps, None)
        except (MemoryError, RuntimeError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            raise too_large(plan.width, plan.height) from error
        if step is None:
            return
        yield step


class Painting:
    """The parts of one run: what stays the same from scale to scale.

    Args:
        plan: what to do.
        begin: the state to go on from, if not from the start.
        shelf: where the backbone is taken from.
    """

    def __init__(self, plan: Plan, begin: State | None = None, shelf: Shelf = LAST) -> None:
        require_addresses()
        self.plan = plan
        self.options = plan.options
        self.device = choose_device(plan.options.device)
        self.backbone = shelf.take(plan.options, self.device)
        require_sizes(plan, self.backbone)
        even = [
            one for one in (plan.content, *plan.styles) if not is_varied(one, plan.scales[0], self.device)
        ]
        self.guard = Guard(not even, plan.options.plateau)
        self.begin = begin and begin.to(self.device)
        self.optimizer = optimizer_at(plan, self.begin) if self.begin else new_optimizer(plan.options)
        # steps made, and what the last one said
        self.count, self.costs = 0, {"total": torch.zeros((), dtype=torch.float32)}
        if self.begin:
            self.count, self.costs = self.begin.position.count, dict(self.begin.costs)
            self.guard.recall(self.begin.best, self.begin.position.watch)
        self.notes: tuple[str, ...] = ()  # a run that goes on has said these before
        if not begin:
            said = (
                f"{one.name} is nearly one color, so there is little in it to paint or to paint after"
                for one in even
            )
            failed = arithmetic().notes() if self.device.type == "cpu" else ()
            self.notes = (*failed, *self._substitutions(), *said)
        self.precision = choose_precision(plan.options.precision, self.device, plan.options.strength)
        self.fits = self._fits()
        self.regions = regions_of(plan, self.backbone)  # in float32: the same in every precision
        self.coloring = Coloring(plan, self.regions, self.device)
        self.backbone = shelf.take(plan.options, self.device, self.precision)

    @property
    def means(self) -> Means:
        """What is computed with."""
        return Means.of(self.backbone, self.options.threads)

    def _substitutions(self) -> tuple[str, ...]:
        """Say which layers stand in for those that the backbone does not have."""
        of_styles = self.options.layers_of_styles(len(self.plan.styles))
        nearest, content = self.backbone.nearest_layer, self.options.content_layers
        pairs = {name: nearest(name, "content") for name in content}
        pairs |= {name: nearest(name, "style") for layers in of_styles for name in layers}
        return tuple(
            f"{self.options.backbone} has no {name}; {own} is used"
            for name, own in pairs.items()
            if own != name
        )

    def _fits(self) -> dict[Scale, list[Fit]]:
        """Return for each scale how to compute it, and what is left to try should memory not be enough."""
        most = memory_limit(self.options, self.device)
        need = Need(self.backbone, self.plan, self.precision)
        found, ladder = need.fits(most), [fit for fit in rungs(self.options) if need.allows(fit)]
        before = self.begin.position.fits if self.begin else [ladder[0]] * len(self.plan.scales)
        ways = {}
        for scale, kept in reversed([*zip(self.plan.scales, before, strict=True)]):
            fit = max(found[scale], kept, key=ladder.index)
            ways[scale] = ladder[ladder.index(fit) :]
            log.debug("%s x %s with %s, of %s at most", scale.width, scale.height, fit, told(most))
            if fit != kept:
                self.notes += (f"{scale.width} x {scale.height} with {fit}, to stay below {told(most)}",)
        return ways

    def _is_tight(self, fit: Fit) -> bool:
        """Whether something was given up for a scale to fit into memory."""
        return fit != next(rungs(self.options))

    def _start(self, scale: Scale, content: Tensor) -> Tensor:
        given = self.plan.styles[0] if self.options.start == "style" else self.plan.start
        picture = tensor_of(given, scale.size, self.device) if given else None
        return start_image(
            self.options, content, None if picture is None else continued(picture, scale.bleed)
        )

    def _enlarged(self, image: Tensor, coarse: Tensor, content: Tensor, scale: Scale) -> Tensor:
        """Return the image in the size of a scale, with the detail that the content has there and not before."""
        detail = content - resized(coarse, scale)
        return (resized(image, scale) + detail_share(self.options.strength) * detail).clamp(0, 1)

    def steps(self, mark: Mark | None = None) -> Iterator[Step]:
        """Yield the steps of all scales; a last scale without any yields its image once, as step 0."""
        self.mark = mark
        image = content = torch.empty(0, dtype=torch.float32)
        for scale in self.plan.scales[self.begin.position.scale if self.begin else 0 :]:
            begin_scale(tight=self._is_tight(self.fits[scale][0]))
            coarse, scene = content, make_scene(self.plan, scale, self.coloring, self.device)
            content = scene.content
            if self.begin:
                image = self.begin.image
            elif self.count:
                image = self._enlarged(image, coarse, content, scale)
            else:
                image = self._start(scale, content)
            if scale.steps == 0:
                continue
            for number, of, image, evaluation in self._paint(scale, image, scene):  # noqa: B020
                self.count, self.costs = self.count + 1, {"total": evaluation.total, **evaluation.parts}
                notes, self.notes = self.notes, ()
                yield step_at(
                    self.plan, self._state(scale, number, of, image, scene), notes, evaluation.layers
                )
        if scale.steps == 0:
            total, parts = split(self.costs)
            yield Step(scale, 0, 0, self.count, 1.0, total, parts, scene.shown(image), self.notes)

    def _state(self, scale: Scale, number: int, of: int, image: Tensor, scene: Scene) -> State:
        """Return the state after a step, and mark it; nobody is to keep it longer, for it holds what may be freed."""
        index, ended = self.plan.scales.index(scale), number == of
        fits = tuple(self.fits[each][0] for each in self.plan.scales)
        position = Position(
            scale=index, number=number, of=of, count=self.count, fits=fits, watch=self.guard.memory()
        )
        best = image if ended else self.guard.best  # a scale that has ended goes back to none
        finished = ended and index == len(self.plan.scales) - 1
        optimizer = {} if finished else self.optimizer.state(image)
        state = State(position, image, scene.shown(image), best, optimizer, self.costs)
        if self.mark:
            self.mark(state)
        return state

    def _paint(
        self, scale: Scale, image: Tensor, scene: Scene
    ) -> Iterator[tuple[int, int, Tensor, Evaluation]]:
        """Yield what `_descend` does; where memory is not enough, go on from there in a way that needs less."""
        number, under_way = self._taken_up(scale)
        ladder = self.fits[scale]
        while ladder:
            try:
                if not under_way:
                    image = self._set_out(scale, image, ladder[0])
                    if number:
                        self._state(scale, number, scale.steps, image, scene)  # the one before holds memory
                under_way = False
                # no name for the objective: it would be held while the next one is made
                for number, of, image, evaluation in self._descend(  # noqa: B020
                    scale, image, self._objective(scale, scene, ladder[0]), number
                ):
                    yield number, of, image, evaluation
                return
            except (MemoryError, RuntimeError, OSError) as error:
                if not is_out_of_memory(error):
                    raise
                release(error)
            ladder.pop(0)
            self.notes += tuple(f"memory was not enough after step {number} of {scale.width} x {scale.height}: "
                                f"on with {fit}" for fit in ladder[:1])  # fmt: skip
        raise too_large(*scale.size)

    def _taken_up(self, scale: Scale) -> tuple[int, bool]:
        """Return how many steps of a scale were made before this run, and whether they go on in the same way."""
        begin, self.begin = self.begin, None
        if begin is None:
            return 0, False
        at = begin.position
        return scale.steps if at.number == at.of else at.number, at.fits[at.scale] == self.fits[scale][0]

    def _set_out(self, scale: Scale, image: Tensor, fit: Fit) -> Tensor:
        """Return the image that a scale, or another way of computing it, begins with."""
        self.optimizer.history = fit.history
        self.optimizer.next_scale(partial(resized, scale=scale))
        image = image.clamp(0, 1) if self.options.clip else image
        self.guard.watch(image)
        return image

    def _objective(self, scale: Scale, scene: Scene, fit: Fit) -> Evaluate:
        begin_scale(tight=self._is_tight(fit))
        regions = continued_regions(self.regions, scale)
        arguments = (self.backbone, self.options, scene.content, scene.styles, self.plan.shares, regions)
        objective: Evaluate
        if fit.tile:
            objective = make_tiled_objective(*arguments, fit.tile)
        else:
            objective = captured(make_objective(*arguments), scene.content)
        return scene.part_of(objective)

    def _descend(
        self, scale: Scale, image: Tensor, objective: Evaluate, number: int
    ) -> Iterator[tuple[int, int, Tensor, Evaluation]]:
        """Yield number, last number, image and evaluation of each step of one scale after step `number`."""
        while number < scale.steps:
            witness = Witness(objective)
            update = self.optimizer.step(image, witness)
            verdict = witness.verdict(self.guard.verdict(image, update), update.evaluation)
            if verdict not in GOOD:
                self.optimizer, note = self.guard.rescue(verdict, number + 1, witness.culprits())
                self.notes += (note,)
                image = self.guard.best
                continue
            image = update.image.clamp(0, 1) if self.options.clip else update.image
            number += 1
            of = scale.steps if verdict == "fine" else number
            if verdict == "at rest":
                self.notes += self.guard.rest(scale.size, number, scale.steps, self.precision)
            if number == of:
                yield number, of, *self.guard.kept(image, update.evaluation, objective)
                return
            yield number, of, image, update.evaluation
