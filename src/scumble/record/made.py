"""What made a picture: enough to make it again, and nothing about whose machine it was."""

import math
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, FailFast, Field, ValidationError
from pydantic_core import from_json

from scumble.course import Course, Recorded
from scumble.errors import RecordError
from scumble.image.files import Picture

MAX_BYTES = 1 << 20
"""A record is a few thousand bytes."""
MAX_DEPTH = 32
"""How deeply lists and objects may be nested."""
MAX_ITEMS: dict[type[Any], int] = {dict: 128, list: 4096, tuple: 4096}
"""Of an object and of a list: of a million wrong ones pydantic would say a million things."""


def portable_name(path: str | os.PathLike[str]) -> str:
    """Return a path as it was given if it is relative, else only the file's name.

    What no text may hold, control characters and bytes that are not UTF-8, becomes a question mark.

    Example:
        >>> portable_name("../photos/cat.jpg"), portable_name("/home/ada/cat.jpg")
        ('../photos/cat.jpg', 'cat.jpg')
    """
    name = os.fsdecode(path)
    if _is_absolute(name):
        name = re.split(r"[/\\:]", name)[-1] or "image"
    return _CONTROL.sub("?", name).encode(errors="replace").decode()


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _is_absolute(name: str) -> bool:
    windows = PureWindowsPath(name)
    return PurePosixPath(name).is_absolute() or bool(windows.drive or windows.root)


def _check_name(name: str) -> str:
    if _is_absolute(name) or _CONTROL.search(name):
        raise ValueError("must be a relative path without control characters")
    return name


def require_plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return values of JSON as they are; `ValueError` where they are nested too deep, not finite, or no JSON."""
    for value, depth in _walk(values):
        if depth > MAX_DEPTH:
            raise ValueError(f"must be nested at most {MAX_DEPTH} deep")
        most = MAX_ITEMS.get(type(value))
        if most is not None and len(value) > most:
            raise ValueError(f"must hold lists and objects of at most {most}, not {len(value)}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("must hold finite numbers only")
        if not isinstance(value, (dict, list, tuple, str, int, float, type(None))):
            raise ValueError(f"must be JSON, not {type(value).__name__}")
    return values


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    """Yield every value within another, each with its depth, without recursion."""
    left = [(value, 0)]
    while left:
        value, depth = left.pop()
        yield value, depth
        inner = (
            value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        )
        left.extend((each, depth + 1) for each in inner if depth <= MAX_DEPTH)


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("must be within the years 1 to 9999") from None


Name = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_check_name)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Side = Annotated[int, Field(ge=1)]
Utc = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Source(Recorded):
    """A picture that went in.

    Args:
        name: relative path as the user gave it, or the file's name; never absolute.
        sha256: as in `Picture`.
        width: pixels, upright, before any resizing.
        height: pixels.
        weight: of a style among several.
    """

    name: Name
    sha256: Hash
    width: Side
    height: Side
    weight: float = 1.0

    @classmethod
    def of(
        cls, picture: Picture, path: str | os.PathLike[str] | None = None, weight: float = 1.0
    ) -> "Source":
        """Return what is to be remembered of a picture that was read from `path`, or from memory."""
        return cls(
            name=portable_name(picture.name if path is None else path),
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            weight=weight,
        )


class PluginSource(Recorded):
    """A plugin that was loaded: for people to find it again, never to be run for being named here.

    Args:
        name: the file's.
        sha256: of its text.
    """

    name: Name
    sha256: Hash


class Record(Recorded):
    """What made an output.

    Args:
        scumble: the version that made it.
        made: when, in UTC.
        options: all options, as JSON.
        content: the content picture.
        styles: the style pictures.
        start: the picture that the run started from, if it was given one.
        content_masks: where it was painted, if masks say it.
        previous: the picture that it stayed near, if there was one.
        previous_mask: where it was near it, if a mask says it.
        style_masks: what counts of each style, if masks say it.
        way: how it was painted; None in older records.
        backbone: name.
        weights_sha256: of the weights file.
        versions: from each package that matters to its version.
        device: such as `cpu` or `cuda`.
        threads: of the CPU.
        precision: what the network computed in.
        arithmetic: of the CPU, which instructions and paths were taken; nothing on a GPU, and in older records.
        seed: of the run.
        width: of the output, in pixels.
        height: of the output, in pixels.
        seconds: how long the run took.
        steps: how many were done.
        stopped: whether that was before the end, by somebody or by an error.
        costs: from each term to its last value.
        course: how the costs went; None of a run without a step, and in older records.
        fallbacks: what was done otherwise than asked, in words.
        plugins: the user's own code that was loaded.
        picture_sha256: of the file that this stands beside; None where it is in the file itself.
        key: of a picture of a batch, what changes with whatever it is painted from; None of others.
    """

    scumble: str
    made: Utc
    options: Annotated[dict[str, Any], AfterValidator(require_plain)]
    content: Source
    styles: Annotated[tuple[Source, ...], FailFast()]
    start: Source | None = None
    content_masks: Annotated[tuple[Source | None, ...], FailFast()] = ()
    style_masks: Annotated[tuple[Source | None, ...], FailFast()] = ()
    previous: Source | None = None
    previous_mask: Source | None = None
    way: str | None = None
    backbone: str
    weights_sha256: Hash
    versions: dict[str, str]
    device: str
    threads: Side
    precision: str = "float32"
    arithmetic: tuple[str, ...] = ()
    seed: Annotated[int, Field(ge=-(2**63), lt=2**64)]
    width: Side
    height: Side
    seconds: Annotated[float, Field(ge=0)]
    steps: Annotated[int, Field(ge=0)]
    stopped: bool = False
    costs: dict[str, float]
    course: Course | None = None
    fallbacks: tuple[str, ...] = ()
    plugins: Annotated[tuple[PluginSource, ...], FailFast()] = ()
    picture_sha256: Hash | None = None
    key: Hash | None = None

    def to_json(self) -> str:
        """Return the record as JSON, its version first, each list of numbers in one line."""
        unsaid = {name for name in ("picture_sha256", "key") if getattr(self, name) is None}
        return _NUMBERS.sub(
            lambda numbers: f"[{' '.join(numbers[1].split())}]",
            self.model_dump_json(indent=2, exclude=unsaid),
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> "Record":
        """Return the record that `to_json` wrote; the text may come from anybody.

        Raises:
            RecordError: too long, too deep, no JSON, or fields that are missing or of a wrong type.
        """
        try:
            data = text.encode() if isinstance(text, str) else bytes(text)
            if len(data) > MAX_BYTES:
                raise RecordError(f"the record has {len(data)} bytes; {MAX_BYTES} are allowed")
            return cls.model_validate_json(_strict_json(data))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(part) for part in first["loc"])[:80]
            raise RecordError(f"the record cannot be read: {where!r}: {first['msg'][:200]}") from error
        except (ValueError, RecursionError) as error:
            raise RecordError(f"the record cannot be read: {str(error)[:200]!r}") from error


_NUMBERS = re.compile(r"\[\n\s+(-?\d[^]{}\"[]*?)\n\s+\]")  # within strings, JSON has no line breaks


def _strict_json(data: bytes) -> bytes:
    """Return JSON as it is, once it is known to be shallow, finite and UTF-8."""
    value = from_json(data, allow_inf_nan=False)
    require_plain({"record": value})
    return data
