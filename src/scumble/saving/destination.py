"""One file that a command writes: settled before the work, kept after it, elsewhere if its place has gone."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from scumble.errors import OutputError, ScumbleError
from scumble.outputs.files import writers_by_suffix
from scumble.paths import as_path
from scumble.record import Record, sidecar
from scumble.saving.draft import Draft, SidecarError
from scumble.saving.files import write
from scumble.saving.names import files_of, resolve_path
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product, keep_apart


@dataclass(frozen=True)
class Saved:
    """Where a file is, and what kept it from where it was to be, if anything did."""

    path: Path
    problem: OutputError | None = None
    note: str = ""


@dataclass(frozen=True)
class Destination:
    """Where a picture or a film goes.

    Args:
        path: free, or to be replaced.
        on_exists: what was asked for.
        purpose: what it is called in messages.
        only_here: whether it is written nowhere else where it cannot be there.
    """

    path: Path
    on_exists: OnExists
    purpose: str = "output"
    only_here: bool = False

    @property
    def products(self) -> list[Product]:
        """All files that may be written: itself, and the record beside it."""
        own = Product(self.purpose, self.path)
        beside = sidecar(self.path)
        records = [beside] if beside in files_of(self.path) or beside.exists() else []
        return [own, *(Product(f"record of the {self.purpose}", one) for one in records)]

    def save(
        self, frames: Sequence[Image.Image], record: Record | None = None, milliseconds: int = 100
    ) -> Saved:
        """Write the file; where that cannot be, elsewhere, if it may.

        Raises:
            ScumbleError: there is no place that takes it.
        """
        if self.only_here:
            return Saved(write(self.path, frames, record, milliseconds, self.on_exists) or self.path)
        return kept(
            self.path,
            lambda path, on_exists: write(path, frames, record, milliseconds, on_exists),
            self.on_exists,
        )

    def keep(self, draft: Draft) -> Saved:
        """Place what is written whole; where that cannot be, elsewhere.

        Raises:
            ScumbleError: there is no place that takes it.
        """
        return kept(self.path, draft.place, self.on_exists)


def destination_of(
    path: str | os.PathLike[str],
    on_exists: OnExists = "error",
    reads: Iterable[object] = (),
    purpose: str = "output",
) -> Destination | None:
    """Return the destination of a command that writes one file, or None to skip it.

    Args:
        path: where it is to go.
        on_exists: as in `resolve_path`.
        reads: what the command reads; only paths count.
        purpose: what the file is called in messages.

    Raises:
        UsageError, OutputExists: as `resolve_path`, or the file is one that is read.
    """
    free = resolve_path(path, on_exists)
    if free is None:
        return None
    destination = Destination(free, on_exists, purpose)
    keep_apart(destination.products, paths_among(reads))
    return destination


def paths_among(given: Iterable[object]) -> list[Path]:
    """Return what of some inputs are paths; others are in memory."""
    return [as_path(one) for one in given if isinstance(one, str | os.PathLike)]


Write = Callable[[Path, OnExists], Path | None]


def kept(path: Path, write: Write, on_exists: OnExists) -> Saved:
    """Write what took long to make: under its name, beside it if that is taken by now, elsewhere if it must be.

    Args:
        path: where it was to go.
        write: writes it to a path, and returns where it is.
        on_exists: only `overwrite` replaces anything.

    Raises:
        ScumbleError: what went wrong first, where no place takes it.
    """
    try:
        written = write(path, "overwrite" if on_exists == "overwrite" else "rename") or path
        appeared = "" if written == path else f"{str(path)!r} has appeared meanwhile and is left as it is"
        return Saved(written, note=appeared)
    except SidecarError as problem:
        return Saved(path, problem)
    except ScumbleError as problem:
        first = problem
    for place in elsewhere(path):
        try:
            written = write(place, "rename") or place
        except ScumbleError:
            continue
        return Saved(written, OutputError(f"{first.message}; it is kept as {str(written)!r}", first.hint))
    raise first


def elsewhere(path: Path) -> Iterator[Path]:
    """Yield other places for a file: beside it, in the current folder, in that for temporary files; last as PNG."""
    yield path
    for folder in (Path.cwd, lambda: Path(tempfile.gettempdir())):
        try:
            yield folder() / path.name
        except OSError:  # the current folder is gone, or no folder takes temporary files
            continue
        if path.suffix.lower() in writers_by_suffix():
            yield folder() / f"{path.stem}.png"
