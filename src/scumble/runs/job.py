"""A job as data: pictures, options as they were given and what is to be written; to JSON and back without loss."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError

from scumble.errors import JobError, ScumbleError, require_kind
from scumble.options import Options
from scumble.options.frozen import frozen
from scumble.options.values import Factor, Layers, Part01
from scumble.record.made import MAX_BYTES, require_plain
from scumble.runs.prepare import prepare
from scumble.runs.run import Run
from scumble.runs.styles import Style
from scumble.saving.on_exists import OnExists

SCHEMA = 1
"""Of the JSON; another one is refused."""
LONGEST = 1 << 17  # characters of a path; what is too long for a file system is said where it is used


def as_name(given: object) -> str:
    """Return a path as text, as it was given; a picture in memory is none."""
    name = os.fsdecode(given) if isinstance(given, os.PathLike) else given
    if not isinstance(name, str):
        raise ValueError(f"should be a path, not {type(given).__name__}; a picture in memory is saved first")
    if not 0 < len(name) <= LONGEST:
        raise ValueError(f"should be a path of 1 to {LONGEST} characters")
    return name


def as_style(given: object) -> object:
    """Return what is said of a style, given as a path or a `Style`."""
    if isinstance(given, Style):
        return vars(given)
    return {"image": given} if isinstance(given, str | os.PathLike) else given


def as_list(given: object) -> object:
    """Let one style stand for a list of it."""
    return [given] if isinstance(given, str | os.PathLike | Style | StyleFile | Mapping) else given


File = Annotated[str, PlainValidator(as_name)]
Number = Annotated[float, Field(strict=True, ge=0)]


class JobPart(BaseModel):
    """A job or a part of one, frozen; unknown fields, wrong types, NaN and infinity are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])[:80]
            message = first["msg"].removeprefix("Value error, ")
            raise JobError(f"the job cannot be read: {where!r}: {message[:200]}") from None


class StyleFile(JobPart):
    """A style picture in a file, and what is taken from it and where it goes, as in `Style`."""

    image: File
    weight: Number = 1.0
    mask: File | None = None
    content_mask: File | None = None
    layers: Layers | None = None
    scale: Factor | None = None
    crop: tuple[Part01, Part01, Part01, Part01] | None = None

    def style(self) -> Style:
        """Return it as `scumble.stylize` takes it."""
        return Style(**{name: getattr(self, name) for name in type(self).model_fields})


class Outputs(JobPart):
    """What a job is to write.

    Args:
        picture: the suffix says the format; None to write no picture.
        on_exists: what to do with what is there already: `error`, `rename`, `overwrite` or `skip`.
        snapshots: folder for pictures on the way.
        timelapse: a film of the run, `.gif` or `.webp`.
        checkpoint: file that keeps the state of the run, from which it can go on.
        checkpoint_every: seconds between two writings of it.
        record: whether to keep what made the picture with it.
    """

    picture: File | None = None
    on_exists: OnExists = "error"
    snapshots: File | None = None
    timelapse: File | None = None
    checkpoint: File | None = None
    checkpoint_every: Annotated[float, Field(strict=True, allow_inf_nan=True)] | None = (
        None  # checked where used
    )
    record: Annotated[bool, Field(strict=True)] = True


class Job(JobPart):
    """One picture to paint: everything by name, nothing read yet.

    Args:
        content: path of the picture.
        styles: paths, or `Style` with paths; one may stand alone.
        options: as they were given, so that a preset's values are those of the version that paints. The picture to
            start from and masks are among them.
        outputs: what is to be written.

    Raises:
        JobError: a field of another kind, or a picture that is not in a file.

    Example:
        >>> job = Job(content="photo.jpg", styles="painting.jpg", options=Options(preset="draft", size=300))
        >>> job.options.given
        {'preset': 'draft', 'size': 300}
        >>> Job.from_json(job.to_json()) == job
        True
    """

    content: File
    styles: Annotated[
        tuple[Annotated[StyleFile, BeforeValidator(as_style)], ...], BeforeValidator(as_list)
    ] = Field(min_length=1)
    options: Options = Field(default_factory=Options)
    outputs: Outputs = Field(default_factory=Outputs)

    def prepare(self, by: Callable[[Any, Any, Options], Run] = prepare) -> Run:
        """Read the pictures and plan the run.

        Args:
            by: what prepares runs in another way, such as one that keeps networks loaded for many jobs.

        Raises:
            ScumbleError: as `scumble.stylize`, before anything is painted.
        """
        return by(self.content, [one.style() for one in self.styles], self.options)

    def to_json(self) -> str:
        """Return the job as JSON in ASCII, in one line."""
        told = self.model_dump(exclude={"options"})
        return json.dumps({"schema": SCHEMA, **told, "options": self.options.given}, allow_nan=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Job":
        """Return the job that `to_json` wrote; the text may come from anybody, and so may the paths in it.

        Raises:
            JobError: too long, too deep, no JSON, of another schema, or a field that is missing, unknown or wrong.
        """
        require_kind("the job", text, (str, bytes), "JSON")
        if len(text) > MAX_BYTES:
            raise JobError(f"the job has {len(text)} characters; {MAX_BYTES} are allowed")
        try:
            text = text.decode() if isinstance(text, bytes) else text
            return cls(**fields_of(json.loads(text, parse_constant=refuse)))
        except JobError:
            raise
        except ScumbleError as error:
            message = " ".join(error.message.split())[:300]
            raise JobError(f"the job cannot be read: {message}", error.hint[:300]) from error
        except (ValueError, RecursionError) as error:
            raise JobError(f"the job cannot be read: {str(error)[:200]!r}") from error


def fields_of(told: object) -> dict[str, Any]:
    """Return the fields of a job as they stand in JSON, once they are known to be plain and of our schema."""
    require_plain({"job": told})
    if not isinstance(told, dict):
        raise JobError("the job cannot be read: it is no JSON object")
    schema = told.pop("schema", None)
    if schema != SCHEMA or isinstance(schema, bool):
        raise JobError(f"the job is of schema {str(schema)[:20]!r}; this version of Scumble reads {SCHEMA}")
    options = told.get("options", {})
    if not isinstance(options, dict):
        raise JobError("the job cannot be read: 'options': should be an object")
    fields: dict[str, Any] = frozen(told) | {"options": Options(**options)}
    return fields


def refuse(constant: str) -> NoReturn:
    """Refuse what Python writes into JSON and no standard knows."""
    raise ValueError(f"{constant} is no JSON")
