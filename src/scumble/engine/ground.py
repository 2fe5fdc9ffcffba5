"""What every way to paint stands on: what is loaded for a run, how it sees its pictures, and what it tells."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
from torch import Tensor

from scumble.backbones.shelf import LAST, Shelf
from scumble.colors.coloring import Coloring
from scumble.engine.means import Means
from scumble.engine.scene import Scene, is_varied, make_scene, tensor_of
from scumble.engine.start import start_image
from scumble.engine.state import State
from scumble.engine.step import Step, total_and_parts
from scumble.machine.arithmetic import arithmetic
from scumble.machine.device import choose_device, choose_precision
from scumble.machine.memory import require_addresses
from scumble.objective.sizes import require_sizes
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale
from scumble.regions.bleed import continued
from scumble.regions.found import one_region, regions_of
from scumble.regions.repetition import repeats_of

Mark = Callable[[State], object]


class Ground:
    """What stays the same from scale to scale, however a run paints.

    Args:
        plan: what to do.
        begin: the state to go on from, if not from the start.
        mark: is told each state from which the run can go on.
        shelf: where the backbone is taken from.

    Attributes:
        device: of all tensors.
        backbone: with its weights, in `precision`, on the device.
        regions: of content and styles; None for one.
        even: names of the pictures with next to nothing to see in them.
        notes: what the user should know and the next step is to say.
    """

    def __init__(
        self, plan: Plan, begin: State | None = None, mark: Mark | None = None, shelf: Shelf = LAST
    ) -> None:
        require_addresses()
        self.plan, self.options, self.mark = plan, plan.options, mark
        self.device = choose_device(plan.options.device)
        self.backbone = shelf.take(plan.options, self.device)
        require_sizes(plan, self.backbone)
        pictures = (plan.content, *plan.styles)
        self.even = [one.name for one in pictures if not is_varied(one, plan.scales[0], self.device)]
        self.begin = begin and begin.to(self.device)
        self.notes: list[str] = [] if begin else self._notes()  # a run that goes on has said them before
        self.precision = choose_precision(plan.options.precision, self.device, plan.options.strength)
        self.regions = regions_of(plan, self.backbone)  # in float32: the same in every precision
        self.coloring = Coloring(plan, self.regions, self.device)
        if repeats := repeats_of(plan, self.backbone):
            whole = self.regions or one_region(self.backbone.mean, len(plan.styles))
            self.regions = replace(whole, repeats=repeats)
        self.backbone = shelf.take(plan.options, self.device, self.precision)

    @property
    def means(self) -> Means:
        """What is computed with."""
        return Means.of(self.backbone, self.options.threads)

    def _notes(self) -> list[str]:
        failed = arithmetic().notes() if self.device.type == "cpu" else ()
        said = "is nearly one color, so there is little in it to paint or to paint after"
        return [*failed, *self._substitutions(), *(f"{name} {said}" for name in self.even)]

    def _substitutions(self) -> list[str]:
        """Say which layers stand in for those that the backbone does not have."""
        of_styles = self.options.layers_of_styles(len(self.plan.styles))
        nearest, content = self.backbone.nearest_layer, self.options.content_layers
        pairs = {name: nearest(name, "content") for name in content}
        pairs |= {name: nearest(name, "style") for layers in of_styles for name in layers}
        return [
            f"{self.options.backbone} has no {name}; {own} is used"
            for name, own in pairs.items()
            if own != name
        ]

    def scene(self, scale: Scale) -> Scene:
        """Return the pictures as a scale sees them; scales are asked for in their order."""
        return make_scene(self.plan, scale, self.coloring, self.device)

    def start(self, scale: Scale, content: Tensor) -> Tensor:
        """Return the image before the first step, (1, 3, H, W); `content` is that of the scale's scene."""
        given = self.plan.styles[0] if self.options.start == "style" else self.plan.start
        picture = tensor_of(given, scale.size, self.device) if given else None
        return start_image(
            self.options, content, None if picture is None else continued(picture, scale.bleed)
        )

    def step(
        self,
        scene: Scene,
        image: Tensor,
        number: int = 0,
        of: int = 0,
        costs: Mapping[str, Tensor] | None = None,
        count: int | None = None,
    ) -> Step:
        """Return a step at the last scale.

        Args:
            scene: of the last scale.
            image: (1, 3, H, W), with the scene's bleed; it is shown in its colors, in [0, 1], as masks have it.
            number: of the step, from 1; 0 where an image is shown that was not updated there.
            of: steps of the scale.
            costs: `total`, and each loss by name, 0-d; none when omitted.
            count: updates made at all scales; `number` when omitted.
        """
        total, parts = total_and_parts(costs or {"total": torch.zeros((), dtype=torch.float32)})
        count, progress = number if count is None else count, number / of if of else 1.0
        shown, scale = scene.shown(image), self.plan.scales[-1]
        return Step(scale, number, of, count, progress, total, parts, shown, self.told(), way=self.plan.way)

    def told(self) -> tuple[str, ...]:
        """Return the notes that were not told yet; they are now."""
        notes, self.notes = tuple(self.notes), []
        return notes
