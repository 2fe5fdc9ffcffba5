"""Every exception that Scumble raises on purpose.

ScumbleError              exit code 1
├── RunFailed             1    the guard gave up: non-finite, constant or stuck twice
├── PluginFailed          1    code of a plugin raised, or gave what is not asked for
├── OutputError           1    the picture could not be written; the old file is intact
├── UsageError            2    what was asked cannot be done
│   ├── UnknownName       2    a loss, layer, backbone, optimizer, preset or option that does not exist
│   ├── NameTaken         2    a loss, backbone, optimizer or output of one's own under a name that is in use
│   ├── BadOption         2    an option's value outside its range or choices
│   └── OutputExists      2    the output is there already and may not be overwritten
├── ImageError            3    a file that is not a picture Scumble accepts
├── RecordError           3    a picture without a readable record
├── JobError              3    a job that cannot be read
├── CheckpointError       3    a checkpoint that no run can go on from
├── WeightsError          4    weights that are missing, damaged or not what they claim to be
│   └── DownloadError     4    a download that failed
├── OutOfMemory           5    the picture does not fit into memory
└── SomeFailed            6    some pictures of a batch failed; all others are done
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def several(number: int, noun: str) -> str:
    """Return a number of things in words.

    Example:
        >>> several(1, "style"), several(2, "style")
        ('1 style', '2 styles')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def require_kind(
    name: str, value: object, kinds: type | tuple[type, ...], allowed: str, hint: str = ""
) -> None:
    """Raise `UsageError` unless a value is of a kind; True and False are no numbers.

    Example:
        >>> require_kind("places", "a", int, "a number")
        Traceback (most recent call last):
        scumble.errors.UsageError: places is of type str; it should be a number
    """
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise UsageError(f"{name} is of type {type(value).__name__}; it should be {allowed}", hint)


class ScumbleError(Exception):
    """Base class: catch it to catch everything that Scumble raises on purpose.

    Args:
        message: one line that restates what was asked and what is allowed.
        hint: the remedy, one line, or nothing where there is none.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Say how another process makes the same error, whatever its kind takes to be made."""
        return restored, (type(self), self.message, vars(self))


def restored(kind: type[ScumbleError], message: str, attributes: dict[str, Any]) -> ScumbleError:
    """Return an error that came from another process."""
    error = kind.__new__(kind)
    ScumbleError.__init__(error, message)
    vars(error).update(attributes)
    return error


class RunFailed(ScumbleError):  # noqa: N818
    """The run turned non-finite, constant or stuck, and so did its safer second try."""


class PluginFailed(ScumbleError):  # noqa: N818
    """A plugin's own code raised, or gave what it is not asked for."""


class OutputError(ScumbleError):
    """The output could not be written; a file that was there before is intact."""


class UsageError(ScumbleError):
    """What was asked cannot be done."""

    exit_code = 2


class UnknownName(UsageError):  # noqa: N818
    """A name that does not exist; the message says what was probably meant, unless a hint knows better than `guess`.

    Example:
        >>> raise UnknownName("loss", "gramm", ["content", "gram"])
        Traceback (most recent call last):
        scumble.errors.UnknownName: unknown loss 'gramm'; did you mean 'gram'? known: content, gram
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str], hint: str = "", *, guess: bool = True
    ) -> None:
        known = list(known)
        shown = name if len(name) <= 80 else name[:77] + "..."  # it may come from a file, and be a megabyte
        near = get_close_matches(shown, known, n=1) if guess else []
        meant = f" did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {kind} {shown!r};{meant} known: {', '.join(known)}", hint)


class NameTaken(UsageError):  # noqa: N818
    """Something of one's own is registered under a name that is in use."""


class BadOption(UsageError):  # noqa: N818
    """An option's value is outside its range or choices."""


class OutputExists(UsageError):  # noqa: N818
    """The output is there already and nothing said that it may be overwritten."""


class ImageError(ScumbleError):
    """A file is not a picture that Scumble accepts, or too large, or too small."""

    exit_code = 3


class RecordError(ScumbleError):
    """A picture has no record, or one that cannot be read."""

    exit_code = 3


class JobError(ScumbleError):
    """A job cannot be read, or is none."""

    exit_code = 3


class CheckpointError(ScumbleError):
    """A checkpoint is damaged, or nothing that a run can go on from."""

    exit_code = 3


class WeightsError(ScumbleError):
    """Weights are missing, damaged, or not what they claim to be."""

    exit_code = 4


class DownloadError(WeightsError):
    """A download failed; nothing was left behind."""


class SomeFailed(ScumbleError):  # noqa: N818
    """Some pictures of a batch failed; all others are done."""

    exit_code = 6


class OutOfMemory(ScumbleError):  # noqa: N818
    """The picture does not fit into memory."""

    exit_code = 5
