"""A folder of files that come one after the other: snapshots, or the cells of a grid."""

import fcntl
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PIL import Image

from scumble.disk import system
from scumble.disk.place import identity_of, plain
from scumble.errors import OutputError, OutputExists, UsageError
from scumble.paths import as_path
from scumble.record import Record
from scumble.saving.destination import Saved
from scumble.saving.files import write
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product


class Series:
    """A folder, chosen before the work and made when its first file comes; no other run writes there meanwhile.

    Args:
        folder: may be there or not.
        purpose: what it is for, such as `snapshots`.
        on_exists: what to do if it holds something; `rename` takes `folder-2` and so on.
        makes: whether a file of a name, in lower case, may be written there.

    Raises:
        UsageError: it is a file, or cannot be made.
        OutputExists: it holds something already, and `on_exists` is `error`.
    """

    def __init__(self, folder: Path, purpose: str, on_exists: OnExists, makes: Callable[[str], bool]) -> None:
        self.purpose, self.on_exists, self.makes = purpose, on_exists, makes
        self.identity: tuple[int, int] | None = None
        try:
            self.folder = self._free(straight(as_path(folder)))
        except OSError as error:
            raise UsageError(
                f"the folder for {purpose}, {str(folder)!r}, cannot be used: {error.strerror}"
            ) from error
        self.descriptor: int | None = None

    @property
    def product(self) -> Product:
        """What may be written."""
        return Product(self.purpose, self.folder, self.makes)

    @property
    def each(self) -> OnExists:
        """What to do with a file that is there."""
        return "overwrite" if self.on_exists == "overwrite" else "skip"

    def _free(self, folder: Path) -> Path:
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"the folder for {self.purpose}, {str(folder)!r}, is a file")
        above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            raise UsageError(
                f"the folder for {self.purpose}, {str(folder)!r}, cannot be made in {str(above)!r}"
            )
        if self.on_exists in ("overwrite", "skip") or is_free(folder):
            return folder
        if self.on_exists == "error":
            raise OutputExists(f"the folder {str(folder)!r} is not empty", "--on-exists rename|overwrite")
        return free_folder(folder)

    def open(self) -> Path:
        """Return the folder, made and locked the first time; another one where somebody else has it by now.

        Raises:
            OutputError: it cannot be made.
        """
        try:
            if self.descriptor is not None and identity_of(self.folder) == self.identity is not None:
                return self.folder
            moved = self.descriptor is not None and os.path.lexists(self.folder)
            self.close()
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                system.mkdir(self.folder)
            mixed = self.on_exists not in ("overwrite", "skip") and not is_free(self.folder)
            if moved or mixed or not self._lock():  # somebody else has it by now
                self.folder = free_folder(self.folder)
                system.mkdir(self.folder)
                self._lock()
            self.identity = identity_of(self.folder)
            return self.folder
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"cannot make the folder {str(self.folder)!r}: {why}") from error

    def _lock(self) -> bool:
        """Return whether the folder is ours; a file system that has no locks lets everybody in."""
        try:
            descriptor = system.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self.descriptor = -1
            return self.folder.is_dir()
        try:
            system.lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            system.close(descriptor)
            return False
        except OSError:
            pass
        self.descriptor = descriptor
        return True

    def close(self) -> None:
        """Let others write there."""
        if self.descriptor is not None and self.descriptor >= 0:
            with suppress(OSError):
                system.close(self.descriptor)
        self.descriptor = None


@dataclass(frozen=True)
class Member:
    """One file of a series; where that cannot be, it is nowhere else."""

    series: Series
    name: str

    @property
    def path(self) -> Path:
        """Where it goes."""
        return self.series.folder / self.name

    def save(
        self, frames: Iterable[Image.Image], record: Record | None = None, milliseconds: int = 100
    ) -> Saved:
        """Write the file, unless it is there already and is to be left.

        Raises:
            ScumbleError: it cannot be written.
        """
        path = self.series.open() / self.name
        write(path, frames, record, milliseconds, self.series.each)
        return Saved(path)


def is_free(folder: Path) -> bool:
    """Return whether nothing is in a folder, or it is not there."""
    return not folder.exists() or not any(folder.iterdir())


def free_folder(folder: Path) -> Path:
    """Return a folder that is not there, called like one that is: `steps-2`, `steps-3` and so on."""
    names = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(name for name in names if not os.path.lexists(name))


def straight(folder: Path) -> Path:
    """Return a path as it was given, unless it leads through a folder that is not there and back."""
    return plain(folder) if ".." in folder.parts else folder
