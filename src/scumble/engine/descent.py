"""The optimizer's way: from the start down the cost, one loop over scales and one over updates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from scumble.engine.detail import at_scale, detail_share
from scumble.engine.ground import Ground
from scumble.engine.guard import GOOD, Guard, Witness
from scumble.engine.ladder import Ladder, make_ladders
from scumble.engine.scene import Scene, resized
from scumble.engine.start import enlarged
from scumble.engine.state import Position, State, new_optimizer, optimizer_at
from scumble.engine.step import Step, step_at
from scumble.machine.allocator import begin_scale
from scumble.objective.captured import captured
from scumble.objective.references import Pictures
from scumble.objective.tiled import make_tiled_objective
from scumble.objective.whole import make_objective
from scumble.optimizers.base import Evaluate, Evaluation
from scumble.plan.pyramid import Scale
from scumble.plugins import is_out_of_memory
from scumble.regions.bleed import continued_regions


@dataclass(frozen=True)
class Made:
    """An update that is kept: `number` of `of` at its scale."""

    number: int
    of: int
    image: Tensor
    evaluation: Evaluation


class Descent:
    """The image on its way down, scale by scale.

    Args:
        ground: of the run.
        ladders: how each scale is computed; what fits into memory when omitted.
    """

    def __init__(self, ground: Ground, ladders: Mapping[Scale, Ladder] | None = None) -> None:
        self.ground, self.plan, self.options = ground, ground.plan, ground.options
        self.guard = Guard(not ground.even, self.options.plateau)
        self.begin = begin = ground.begin
        self.optimizer = optimizer_at(self.plan, begin) if begin else new_optimizer(self.options)
        # updates made, and what the last one cost
        self.count, self.costs = 0, {"total": torch.zeros((), dtype=torch.float32)}
        if begin:
            self.count, self.costs = begin.position.count, dict(begin.costs)
            self.guard.recall(begin.best, begin.position.watch)
        self.ladders = ladders or make_ladders(ground)
        ground.begin = None  # or its tensors would stay in memory

    def steps(self) -> Iterator[Step]:
        """Yield the steps of all scales; a last scale without any yields its image once, as step 0."""
        image = content = torch.empty(0, dtype=torch.float32)
        for scale in self.plan.scales[self.begin.position.scale if self.begin else 0 :]:
            begin_scale(tight=self.ladders[scale].tight)
            coarse, scene = content, self.ground.scene(scale)
            content = scene.content
            image = self._outset(scale, image, coarse, content)
            if scale.steps == 0:
                continue
            for made in self._scale(scale, image, scene):
                image, self.count = made.image, self.count + 1
                self.costs = {"total": made.evaluation.total, **made.evaluation.parts}
                state = self._state(scale, made.number, made.of, image, scene)
                yield step_at(self.plan, state, self.ground.told(), made.evaluation.layers)
                del state  # it holds what may be freed
        if scale.steps == 0:
            yield self.ground.step(scene, image, costs=self.costs, count=self.count)

    def _outset(self, scale: Scale, image: Tensor, coarse: Tensor, content: Tensor) -> Tensor:
        """Return the image that a scale begins with; `image` and `coarse` are those of the scale before."""
        if self.begin:
            return self.begin.image
        if self.count:
            return enlarged(image, coarse, content, scale, detail_share(self.options))
        return self.ground.start(scale, content)

    def _scale(self, scale: Scale, image: Tensor, scene: Scene) -> Iterator[Made]:
        """Yield the updates of a scale; where memory is not enough, go on from there in a way that needs less."""
        ladder = self.ladders[scale]
        number, under_way = self._taken_up(scale)
        while True:
            try:
                if not under_way:
                    image = self._set_out(scale, image)
                    if number:
                        self._state(scale, number, scale.steps, image, scene)  # the one before holds memory
                under_way = False
                # no name for the objective: it would be held while the next one is made
                for made in self._updates(scale, image, self._objective(scale, scene), number):
                    number, image = made.number, made.image
                    yield made
                return
            except (MemoryError, RuntimeError, OSError) as error:
                if not is_out_of_memory(error):
                    raise
                self.ground.notes.append(ladder.step_down(scale, number, error))

    def _taken_up(self, scale: Scale) -> tuple[int, bool]:
        """Return how many steps of a scale were made before this run, and whether they go on in the same way."""
        begin, self.begin = self.begin, None
        if begin is None:
            return 0, False
        at = begin.position
        made = scale.steps if at.number == at.of else at.number
        return made, at.fits[at.scale] == self.ladders[scale].fit

    def _set_out(self, scale: Scale, image: Tensor) -> Tensor:
        """Return the image that a scale, or another way of computing it, begins with."""
        self.optimizer.history = self.ladders[scale].fit.history
        self.optimizer.next_scale(partial(resized, scale=scale))
        image = image.clamp(0, 1) if self.options.clip else image
        self.guard.watch(image)
        return image

    def _objective(self, scale: Scale, scene: Scene) -> Evaluate:
        """Return what the images of a scale are measured by."""
        ladder, ground = self.ladders[scale], self.ground
        begin_scale(tight=ladder.tight)
        regions = continued_regions(ground.regions, scale)
        pictures = Pictures(
            scene.content, scene.styles, self.plan.shares, regions, scene.previous, scene.trust
        )
        options = at_scale(self.options, scale, self.plan.scales[0])
        objective: Evaluate
        if ladder.fit.tile:
            objective = make_tiled_objective(ground.backbone, options, pictures, ladder.fit.tile)
        else:
            objective = captured(make_objective(ground.backbone, options, pictures), scene.content)
        return scene.part_of(objective)

    def _updates(self, scale: Scale, image: Tensor, objective: Evaluate, number: int) -> Iterator[Made]:
        """Yield what is made of the image of a scale after step `number`."""
        while number < scale.steps:
            witness = Witness(objective)
            update = self.optimizer.step(image, witness)
            verdict = witness.verdict(self.guard.verdict(image, update), update.evaluation)
            if verdict not in GOOD:
                self.optimizer, note = self.guard.rescue(verdict, number + 1, witness.culprits())
                self.ground.notes.append(note)
                image = self.guard.best
                continue
            image = update.image.clamp(0, 1) if self.options.clip else update.image
            number += 1
            of = scale.steps if verdict == "fine" else number
            if verdict == "at rest":
                size, precision = scale.size, self.ground.precision
                self.ground.notes += self.guard.rest(size, number, scale.steps, precision)
            if number == of:
                yield Made(number, of, *self.guard.kept(image, update.evaluation, objective))
                return
            yield Made(number, of, image, update.evaluation)

    def _state(self, scale: Scale, number: int, of: int, image: Tensor, scene: Scene) -> State:
        """Return the state after a step, and mark it; nobody is to keep it longer, for it holds what may be freed."""
        index, ended = self.plan.scales.index(scale), number == of
        fits = tuple(self.ladders[each].fit for each in self.plan.scales)
        position = Position(
            scale=index, number=number, of=of, count=self.count, fits=fits, watch=self.guard.memory()
        )
        best = image if ended else self.guard.best  # a scale that has ended goes back to none
        finished = ended and index == len(self.plan.scales) - 1
        optimizer = {} if finished else self.optimizer.state(image)
        state = State(position, image, scene.shown(image), best, optimizer, self.costs)
        if self.ground.mark:
            self.ground.mark(state)
        return state
