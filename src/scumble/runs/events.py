"""What is told of a job while it is painted, as data: defined once, for all who write or read it."""

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, SupportsFloat

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError

from scumble.course import Count
from scumble.errors import ScumbleError

if TYPE_CHECKING:
    from scumble.engine.step import Step
    from scumble.plan.plan import Plan


def as_path_text(given: object) -> str:
    """Return a text, or a path as one; it may hold what no UTF-8 does, as names of files do."""
    if not isinstance(given, str | os.PathLike):
        raise ValueError(f"should be a text, not {type(given).__name__}")
    return os.fsdecode(given)


def as_bytes(given: object) -> bytes:
    """Return bytes, or those that a text in base64 holds."""
    if isinstance(given, bytes):
        return given
    try:
        return base64.b64decode(as_path_text(given), validate=True)
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("should be base64") from error


def to_4_digits(share: float) -> float:
    """Return a share as it is written."""
    return round(share, 4)


Text = Annotated[str, PlainValidator(as_path_text)]
Data = Annotated[
    bytes, PlainValidator(as_bytes), PlainSerializer(lambda data: base64.b64encode(data).decode())
]
Share = Annotated[float, PlainSerializer(to_4_digits)]
Number = Annotated[int, Field(ge=0, lt=2**53)]
Cost = Annotated[SupportsFloat, PlainSerializer(float, return_type=float)]
"""A number, or a tensor of one on a device, which is waited for when it is read."""
Costs = dict[str, Cost]
Size = tuple[Count, Count]


class Event(BaseModel):
    """Something that happened to a job; frozen. Fields of newer versions are dropped when it is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True, allow_inf_nan=False)
    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """Return what JSON takes, `event` first. Waits for the device where costs are told."""
        return {"event": self.kind, **self.model_dump()}


class Planned(Event):
    """What will be done: size of the result, steps left, where it goes, if it is written, and the way to paint."""

    kind = "planned"
    width: Count
    height: Count
    steps: Number
    scales: tuple[tuple[Count, Count, Number], ...]
    output: Text | None = None
    way: Text = "optimize"

    @classmethod
    def of(cls, plan: "Plan", output: "str | os.PathLike[str] | None" = None) -> "Planned":
        """Return what is told of a plan."""
        scales = tuple((scale.width, scale.height, scale.steps) for scale in plan.scales)
        return cls(
            width=plan.width, height=plan.height, steps=plan.steps, scales=scales, output=output, way=plan.way
        )


class Stepped(Event):
    """A step was made: `step` of `of` at this scale, `count` over all. Older lines lack what follows the costs."""

    kind = "step"
    scale: Size
    step: Number
    of: Number
    progress: Share
    costs: Costs
    count: Number = 0
    layers: dict[str, Costs] = Field(default_factory=dict)
    weights: dict[str, float] = Field(default_factory=dict)

    @classmethod
    def of_step(cls, step: "Step") -> "Stepped":
        """Return what is told of a step; nothing is read from the device yet."""
        layers: dict[str, dict[str, SupportsFloat]] = {}
        for (name, layer), cost in step.layers.items():
            layers.setdefault(name, {})[layer] = cost
        return cls(
            scale=step.scale.size, step=step.number, of=step.of, count=step.count, progress=step.progress,
            costs={"total": step.total, **step.parts}, layers=layers, weights=dict(step.weights),
        )  # fmt: skip


class Preview(Event):
    """How the picture looks by now, as a small JPEG; in JSON as base64."""

    kind = "preview"
    count: Number
    width: Count
    height: Count
    jpeg: Data


class Note(Event):
    """What the user should know."""

    kind = "note"
    text: Text


class Snapshot(Event):
    """A picture on the way was written."""

    kind = "snapshot"
    path: Text
    count: Number
    costs: Costs


class Done(Event):
    """The picture is there, whole or, if it was `stopped` by whoever asked for it, so far; `output` says where."""

    kind = "done"
    output: Text | None
    width: Count
    height: Count
    steps: Number
    seconds: float
    costs: Costs
    fallbacks: tuple[Text, ...] = ()
    stopped: bool = False
    snapshots: Text | None = None
    timelapse: Text | None = None
    checkpoint: Text | None = None


class Failed(Event):
    """Something went wrong; `output` says where the picture so far is, if there is one."""

    kind = "failed"
    error: Text
    message: Text
    hint: Text = ""
    exit_code: Number = 1
    output: Text | None = None

    @classmethod
    def of(cls, problem: BaseException, output: "str | os.PathLike[str] | None" = None) -> "Failed":
        """Return what is told of an error."""
        name, message = type(problem).__name__, str(problem)
        if isinstance(problem, KeyboardInterrupt):
            return cls(error=name, message="interrupted", exit_code=130, output=output)
        if not isinstance(problem, ScumbleError):
            return cls(error=name, message=message, output=output)
        told = {"message": problem.message, "hint": problem.hint, "exit_code": problem.exit_code}
        return cls(error=name, output=output, **told)


class CellDone(Event):
    """A cell of a grid is done, or failed: what its row of the table holds is told, too."""

    kind = "cell"
    model_config = ConfigDict(extra="allow")
    cell: Count
    of: Count
    progress: Share
    axes: dict[str, Text]


class PictureDone(Event):
    """A picture of a batch is done, skipped or failed, as `status` says; `of` is None where more may come."""

    kind = "picture"
    picture: Count
    of: Count | None
    progress: Share
    status: Text
    content: Text
    styles: tuple[Text, ...]
    output: Text | None
    key: Text | None
    seconds: float
    error: Text = ""
    message: Text = ""
    hint: Text = ""


EVENTS: Sequence[type[Event]] = (
    Planned, Stepped, Preview, Note, Snapshot, Done, Failed, CellDone, PictureDone,
)  # fmt: skip
KINDS: Mapping[str, type[Event]] = {event.kind: event for event in EVENTS}


def read_event(told: object) -> Event | None:
    """Return the event that `to_json` told, which may be anybody's; None of what is no event that is known.

    Raises:
        ValueError: a field is missing or wrong, in one line.
    """
    kind = told.get("event") if isinstance(told, Mapping) else None
    event = KINDS.get(kind) if isinstance(kind, str) else None
    if event is None:
        return None
    try:
        return event.model_validate({name: value for name, value in told.items() if name != "event"})  # type: ignore[attr-defined]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])[:80]
        raise ValueError(f"{where!r}: {' '.join(first['msg'].split())[:200]}") from None
