"""How the costs of a run went: what a record keeps of it and `curves` draws."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, SupportsFloat

from pydantic import BaseModel, ConfigDict, FailFast, Field, model_validator

POINTS = 200
"""Steps that are kept of a run, at most."""
MAX_POINTS, MAX_SCALES, MAX_TERMS = 1000, 32, 64
"""What is read of a record, which may come from anybody."""
LARGEST = 1e100
"""Of costs and weights: times one another they are still numbers, and can be drawn."""

Count = Annotated[int, Field(ge=1, lt=2**53)]
Cost = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]
Costs = Annotated[tuple[Cost, ...], FailFast()]
Layers = Annotated[dict[str, Costs], Field(max_length=MAX_TERMS)]
Point = dict[str | tuple[str, str], SupportsFloat]  # a term's cost, or what a layer adds to it


class Recorded(BaseModel):
    """What a record holds: fields of newer versions are dropped; wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


class ScaleStart(Recorded):
    """Where a scale begins.

    Args:
        width: pixels.
        height: pixels.
        step: its first one, counted over all scales.
    """

    width: Count
    height: Count
    step: Count


class Course(Recorded):
    """The costs of a run at some of its steps.

    Args:
        scales: the sizes that were painted, in order.
        steps: counted over all scales from 1, rising.
        costs: from `total` and each term, in its formula's own units, to its values at these steps.
        layers: from each term and each of its layers to what that adds to the term at these steps.
        weights: of the terms: times their costs they add up to the total. Older records lack these two.
    """

    scales: Annotated[tuple[ScaleStart, ...], FailFast(), Field(max_length=MAX_SCALES)]
    steps: Annotated[tuple[Count, ...], FailFast(), Field(max_length=MAX_POINTS)]
    costs: Annotated[dict[str, Costs], Field(max_length=MAX_TERMS)]
    layers: Annotated[dict[str, Layers], Field(max_length=MAX_TERMS)] = Field(default_factory=dict)
    weights: Annotated[dict[str, Cost], Field(max_length=MAX_TERMS)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> "Course":
        of_layers = [values for layers in self.layers.values() for values in layers.values()]
        if any(len(values) != len(self.steps) for values in (*self.costs.values(), *of_layers)):
            raise ValueError("each cost must have one value for each step")
        for numbers in (self.steps, [scale.step for scale in self.scales]):
            if any(later <= earlier for earlier, later in pairwise(numbers)):
                raise ValueError("steps must rise")
        return self


class Keeper:
    """Keeps the costs of a run's steps; of a long run evenly thinned, and its last step.

    Args:
        before: the course up to where this one goes on.

    Costs that are tensors are kept as they are, so that no step waits for the device.

    Example:
        >>> keeper = Keeper()
        >>> for count in range(1, 1001):
        ...     keeper.keep(count, (64, 48), {"total": 1 / count})
        >>> course = keeper.course()
        >>> course.steps[:3], course.steps[-1], course.costs["total"][2]
        ((1, 9, 17), 1000, 0.05882)
    """

    def __init__(self, before: Course | None = None) -> None:
        self.scales: list[ScaleStart] = list(before.scales) if before else []
        self.points: dict[int, Point] = {}
        self.every = 1
        self.last: dict[int, Point] = {}
        self.weights = dict(before.weights) if before else {}
        if before:
            series: dict[str | tuple[str, str], tuple[float, ...]] = {}
            for some in (before.costs, _flat(before.layers)):
                series |= dict(some.items())
            first, second, *_ = (*before.steps, 2, 2)
            self.every = max(1, second - first)
            for number, step in enumerate(before.steps):
                if (step - 1) % self.every == 0:  # the last one may lie between
                    self.points[step] = {name: values[number] for name, values in series.items()}

    def keep(
        self,
        count: int,
        size: tuple[int, int],
        costs: Mapping[str, SupportsFloat],
        layers: Mapping[tuple[str, str], SupportsFloat] | None = None,
        weights: Mapping[str, float] | None = None,
    ) -> None:
        """Take a step.

        Args:
            count: of the step over all scales, from 1.
            size: width and height of its scale.
            costs: `total` and each term.
            layers: what each layer adds to a term.
            weights: of the terms.
        """
        point: Point = {name: cost for series in (costs, layers or {}) for name, cost in series.items()}
        self.weights = dict(weights or self.weights)
        if not self.scales or (self.scales[-1].width, self.scales[-1].height) != size:
            self.scales.append(ScaleStart(width=size[0], height=size[1], step=count))
        self.last = {count: point}
        if (count - 1) % self.every == 0:
            self.points[count] = point
        if len(self.points) >= POINTS:
            self.every *= 2
            self.points = {one: self.points[one] for one in self.points if (one - 1) % self.every == 0}

    def course(self) -> Course | None:
        """Return what was kept, to 4 digits, or None of a run without a step. Waits for the device."""
        points = self.points | self.last
        if not points:
            return None
        names = [name for name in next(iter(points.values())) if all(name in one for one in points.values())]
        costs: dict[str, tuple[float, ...]] = {}
        layers: dict[str, dict[str, tuple[float, ...]]] = {}
        for name in names:
            values = tuple(rounded(point[name]) for point in points.values())
            if isinstance(name, str):
                costs[name] = values
            else:
                layers.setdefault(name[0], {})[name[1]] = values
        return Course(
            scales=tuple(self.scales), steps=tuple(points), costs=costs, layers=layers, weights=self.weights
        )


def _flat(layers: Mapping[str, Layers]) -> dict[tuple[str, str], tuple[float, ...]]:
    return {(name, layer): values for name, of_name in layers.items() for layer, values in of_name.items()}


def rounded(cost: SupportsFloat) -> float:
    """Return a cost to 4 digits.

    Example:
        >>> rounded(123.456), rounded(1.23456e-7)
        (123.5, 1.235e-07)
    """
    return float(f"{float(cost):.4g}")
