"""What a run gives: a picture that knows what made it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from scumble.errors import OutputError, UnknownName, UsageError, require_kind
from scumble.outputs.base import outputs
from scumble.outputs.files import writer_for, writers_by_suffix
from scumble.paths import as_path
from scumble.record import Record
from scumble.saving.files import write
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product, keep_apart


@dataclass(frozen=True)
class Result:
    """A painted picture and what made it."""

    image: Image.Image  # RGB, or RGBA where the content had an alpha channel
    record: Record
    reads: Sequence[Path] = field(default=(), repr=False)  # files that it was painted from

    def save(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,
        on_exists: OnExists = "overwrite",
        record: bool = True,
    ) -> Path | None:
        """Write the picture, whole or not at all, and return its path; or into a file that is open, and return None.

        Args:
            path: where to; the suffix says the format. Or a file open in binary, which is left open.
            format: of a file that is open and whose name does not say it; see `to_bytes`.
            on_exists: `error`, `rename`, `overwrite` or `skip`; the path is None when skipped.
            record: whether to put the record into a PNG, or into a JSON file beside other formats.

        Raises:
            UsageError: the suffix is none of ours, there is no such folder, or it is a file that was painted from.
            OutputError: it could not be written; a file that was there before is intact.
        """
        if not isinstance(path, str | os.PathLike):
            if on_exists != "overwrite":
                raise UsageError(f"on_exists is {on_exists!r}; a file that is open takes only 'overwrite'")
            pour(self.to_bytes(format or format_of(path), record=record), path)
            return None
        if format is not None:
            raise UsageError(
                f"format {format!r} was given; of {os.fsdecode(path)!r} the suffix says the format",
                "format is for a file that is open",
            )
        if on_exists == "overwrite":
            keep_apart([Product("output", as_path(path))], self.reads)
        return write(path, [self.image], self.record if record else None, on_exists=on_exists)

    def to_bytes(self, format: str = "png", *, record: bool = True) -> bytes:
        """Return the picture as the bytes of a file.

        Args:
            format: a registered one, such as `png`, `jpeg` or `webp`, or its suffix.
            record: whether to put the record inside, where the format can carry it.

        Raises:
            UnknownName: there is no such format.
            OutputError: the format cannot hold such a picture.
        """
        return writer_for(f"picture{suffix_of(format)}").encode(
            [self.image], self.record.to_json() if record else None
        )

    def __repr__(self) -> str:
        """Return the size, the steps and the total in a line; `record` has the rest."""
        total = self.record.costs.get("total", 0.0)
        return f"<Result {self.record.width} x {self.record.height}, {self.record.steps} steps, total {total:.4g}>"

    def to_pil(self) -> Image.Image:
        """Return a copy of the picture."""
        return self.image.copy()

    def _repr_png_(self) -> bytes:
        """Show the picture in a notebook."""
        return self.to_bytes("png")


def suffix_of(format: str) -> str:
    """Return the suffix of a format, which goes by its name or by one of its suffixes.

    Raises:
        UnknownName: there is no such format.

    Example:
        >>> suffix_of("jpeg"), suffix_of(".JPG"), suffix_of("png")
        ('.jpg', '.jpg', '.png')
    """
    require_kind("format", format, str, "the name of one, such as 'png'")
    name = format.lower().removeprefix(".")
    if name in outputs:
        return outputs[name].suffixes[0]
    if f".{name}" in writers_by_suffix():
        return f".{name}"
    raise UnknownName("output format", format, outputs)


def format_of(file: object) -> str:
    """Return the format that the name of an open file says.

    Raises:
        UsageError: it is no file, or its name says none.
    """
    if not callable(getattr(file, "write", None)):
        raise UsageError(
            f"no picture can be saved to {type(file).__name__}; allowed are a path and an open file"
        )
    name = getattr(file, "name", None)
    suffix = Path(name).suffix.lower() if isinstance(name, str) else ""
    if suffix not in writers_by_suffix():
        raise UsageError("the file that is open does not say its format", 'save(file, format="png") says it')
    return suffix


def pour(data: bytes, file: BinaryIO) -> None:
    """Write bytes into an open file, all of them.

    Raises:
        UsageError: it is no file, or open as text.
        OutputError: it takes no more.
    """
    if not callable(getattr(file, "write", None)):
        raise UsageError(
            f"no picture can be saved to {type(file).__name__}; allowed are a path and an open file"
        )
    rest = memoryview(data)
    try:
        while rest:
            taken = file.write(rest)
            rest = rest[len(rest) if taken is None else taken :]
    except TypeError as error:
        raise UsageError("the file is open as text, so it takes no picture", "open it with 'wb'") from error
    except (OSError, ValueError) as error:  # a ValueError of one that is closed
        raise OutputError(
            f"cannot write into the open file: {getattr(error, 'strerror', None) or error}"
        ) from error
