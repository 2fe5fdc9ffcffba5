"""A run between two steps: all that the next one depends on, beside the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from scumble.engine.guard import Watch, safer
from scumble.errors import CheckpointError
from scumble.objective.fit import Fit, rungs
from scumble.optimizers.base import Optimizer, optimizers
from scumble.options import Options
from scumble.plan.plan import Plan

MAX_SCALES = 64


class Position(BaseModel):
    """Where a run stands: after step `number` of `of` at a scale, counted from 0, and `count` steps in all.

    `fits` says of each scale how it is computed, `watch` what the guard remembers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    scale: Annotated[int, Field(ge=0)]
    number: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    count: Annotated[int, Field(ge=1)]
    fits: Annotated[tuple[Fit, ...], Field(max_length=MAX_SCALES)]
    watch: Watch


@dataclass(frozen=True)
class State:
    """What a run is between two steps; it shares its tensors with the run, which changes none of them.

    Nothing random is in it: what is drawn at the start is drawn from the seed, and later steps draw nothing.

    Args:
        position: where it stands.
        image: (1, 3, H, W), as the next step sees it, not clipped.
        shown: as large, as it is shown.
        best: the guard's best picture so far, as large.
        optimizer: see `Optimizer.state`.
        costs: of the last step, 0-d: `total`, and each loss by name.
    """

    position: Position
    image: Tensor
    shown: Tensor
    best: Tensor
    optimizer: Mapping[str, Tensor]
    costs: Mapping[str, Tensor]

    def tensors(self) -> dict[str, Tensor]:
        """Return what is as large as a picture, or the optimizer's, by name; `shown` and `best` where they differ."""
        best = {} if self.best is self.image else {"best": self.best}
        shown = {} if torch.equal(self.shown, self.image.clamp(0, 1)) else {"shown": self.shown}
        return {"image": self.image, **shown, **best} | {
            f"optimizer.{name}": one for name, one in self.optimizer.items()
        }

    @classmethod
    def of(cls, position: Position, tensors: Mapping[str, Tensor], costs: Mapping[str, float]) -> "State":
        """Return the state that had such `tensors` and costs."""
        optimizer = {name.removeprefix("optimizer."): one for name, one in tensors.items()
                     if name.startswith("optimizer.")}  # fmt: skip
        image = tensors["image"]
        numbers = {name: torch.tensor(cost, dtype=torch.float64) for name, cost in costs.items()}
        return cls(
            position,
            image,
            tensors.get("shown", image.clamp(0, 1)),
            tensors.get("best", image),
            optimizer,
            numbers,
        )

    def to(self, device: torch.device) -> "State":
        """Return the state on a device."""
        moved = {name: one.to(device) for name, one in self.tensors().items()}
        return State.of(self.position, moved, {name: float(cost) for name, cost in self.costs.items()})


def require_possible(state: State, plan: Plan) -> None:
    """Raise `CheckpointError` unless a run as planned may come into a state, which may be anybody's."""
    if flaw := position_flaw(state.position, plan) or tensor_flaw(state, plan):
        raise CheckpointError(f"the checkpoint is no state of its run: {flaw}")
    optimizer_at(plan, state)


def position_flaw(at: Position, plan: Plan) -> str:
    """Return what shows that no run as planned ever stands at a place; empty if nothing does."""
    if at.scale >= len(plan.scales) or len(at.fits) != len(plan.scales):
        return f"it is at scale {at.scale + 1} of {len(at.fits)}, and the run has {len(plan.scales)}"
    steps = [scale.steps for scale in plan.scales]
    if not at.number <= at.of <= steps[at.scale]:
        return f"it is at step {at.number} of {at.of}, and the scale has {steps[at.scale]}"
    if not at.number <= at.count <= sum(steps[: at.scale]) + at.number:
        return f"it has made {at.count} steps"
    ladder = set(rungs(plan.options))
    return "" if ladder.issuperset(at.fits) else "it was computed in a way that is none of ours"


def tensor_flaw(state: State, plan: Plan) -> str:
    """Return what is wrong with a state's tensors and costs; empty if nothing is."""
    scale = plan.scales[state.position.scale]
    width, height = scale.canvas
    for name, tensor in state.tensors().items():
        picture = (1, 3, *((scale.height, scale.width) if name == "shown" else (height, width)))
        number = name not in ("image", "shown", "best") and tensor.ndim == 0
        if not number and (tuple(tensor.shape) != picture or tensor.dtype != torch.float32):
            return f"{name} is {tuple(tensor.shape)} of {tensor.dtype}, not {picture} of float32"
        if not (tensor.is_floating_point() and bool(tensor.isfinite().all())):
            return f"{name} holds numbers that are not finite"
    unknown = state.costs.keys() - plan.options.weight.keys() - {"total"}
    return (
        f"it has costs of {min(unknown)!r}"
        if unknown
        else ""
        if "total" in state.costs
        else "it has no total"
    )


def new_optimizer(options: Options) -> Optimizer:
    """Return the optimizer that a run begins with."""
    return optimizers[options.optimizer](options.rate, options.history, options.evaluations)


def optimizer_at(plan: Plan, state: State) -> Optimizer:
    """Return the optimizer that a run had.

    Raises:
        CheckpointError: it never was in such a state.
    """
    at = state.position
    optimizer = safer() if at.watch.rescued else new_optimizer(plan.options)
    optimizer.history = at.fits[at.scale].history
    try:
        optimizer.load(state.image, state.optimizer)
    except ValueError as error:
        what = f"the optimizer of the checkpoint is not {plan.options.optimizer} as it can be"
        raise CheckpointError(f"{what}: {str(error)[:200]}") from error
    return optimizer
