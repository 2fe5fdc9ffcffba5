"""What a run tells of itself: the picture after each update."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from scumble.engine.state import State
from scumble.objective.compared import active_losses
from scumble.plan.plan import Plan
from scumble.plan.pyramid import Scale


@dataclass(frozen=True)
class Step:
    """The picture after one optimizer update. Stop iterating to cancel the run.

    Its tensors are the run's own; what is read of them is a copy, made when it is read.
    """

    scale: Scale
    number: int  # in this scale, from 1
    of: int  # steps of this scale
    count: int  # over all scales
    progress: float  # share of the work done, [0, 1]
    _total: Tensor
    _parts: Mapping[str, Tensor]
    _image: Tensor
    notes: tuple[str, ...] = ()  # what the user should know, each said once
    _layers: Mapping[tuple[str, str], Tensor] = field(default_factory=dict)
    weights: Mapping[str, float] = field(
        default_factory=dict
    )  # of the losses: times the parts they give the total
    way: str = "optimize"  # to paint

    @property
    def image(self) -> Tensor:
        """The picture, (1, 3, H, W), [0, 1], on the device: a copy of 2 MB at 512 pixels each time it is read."""
        return self._image.clone()

    @property
    def total(self) -> Tensor:
        """The total cost, 0-d, on the device; to take it as a number is to wait for it, so readers decide when."""
        return self._total.clone()

    @property
    def parts(self) -> dict[str, Tensor]:
        """The cost of each loss in its own units, 0-d."""
        return {name: cost.clone() for name, cost in self._parts.items()}

    @property
    def layers(self) -> dict[tuple[str, str], Tensor]:
        """What each layer adds to a loss's part, 0-d, by loss and layer."""
        return {name: cost.clone() for name, cost in self._layers.items()}

    def told(self) -> tuple[dict[str, Tensor], Mapping[tuple[str, str], Tensor]]:
        """Return total and parts, and layers, as they are: for whoever only keeps them, and that costs nothing."""
        return {"total": self._total, **self._parts}, self._layers

    @property
    def finished_scale(self) -> bool:
        """Whether this is the last step of its scale."""
        return self.number == self.of

    def costs(self) -> dict[str, float]:
        """Return total and parts as numbers, each part in its formula's own units. Waits for the device."""
        return {"total": float(self._total)} | {name: float(cost) for name, cost in self._parts.items()}

    def costs_of_layers(self) -> dict[str, dict[str, float]]:
        """Return what each layer adds to each part, as numbers, in the loss's own units. Waits for the device."""
        found: dict[str, dict[str, float]] = {}
        for (name, layer), cost in self._layers.items():
            found.setdefault(name, {})[layer] = float(cost)
        return found


def step_at(
    plan: Plan,
    state: State,
    notes: tuple[str, ...] = (),
    layers: Mapping[tuple[str, str], Tensor] | None = None,
) -> Step:
    """Return the step that a run has just made."""
    at, scale = state.position, plan.scales[state.position.scale]
    done = sum(each.work for each in plan.scales[: at.scale]) + scale.work * at.number / at.of
    progress = done / sum(each.work for each in plan.scales)
    total, parts = total_and_parts(state.costs)
    weights = {name: weight for name, (_, weight) in active_losses(plan.options).items()}
    return Step(
        scale, at.number, at.of, at.count, progress, total, parts, state.shown, notes, layers or {}, weights,
        plan.way,
    )  # fmt: skip


def total_and_parts(costs: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the total and the parts of costs."""
    return costs["total"], {name: cost for name, cost in costs.items() if name != "total"}
