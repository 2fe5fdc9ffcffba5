"""A picture or a film on its way, which nobody sees until it is whole."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from PIL import Image

from scumble.disk import system
from scumble.disk.hidden import Hidden, sync_folder, write_whole
from scumble.errors import OutputError, OutputExists, UsageError
from scumble.outputs.files import writer_for
from scumble.record import Record, sidecar
from scumble.saving.names import is_record_of, resolve_path
from scumble.saving.on_exists import OnExists


class SidecarError(OutputError):
    """A picture is in its place, and the record beside it is not."""


class Draft:
    """A file that is written frame by frame under a hidden name; a context that leaves nothing but what was placed.

    Args:
        path: where it is to be; the suffix says the format.
        record: what made the picture.
        milliseconds: how long each frame of a film is shown.

    Raises:
        UnknownName: no writer has this suffix.
        OutputError: the folder takes no file.
    """

    def __init__(self, path: Path, record: Record | None = None, milliseconds: int = 100) -> None:
        writer, self.path = writer_for(path), path
        self.beside = None if writer.carries_record else record
        inside = record.to_json() if record and writer.carries_record else None
        with self._told(path):
            self.hidden = Hidden(path.parent)
        self.stream = writer.open(self.hidden, inside, milliseconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def add(self, frame: Image.Image) -> None:
        """Add a frame, mode RGB or RGBA, of the size of the first one.

        Raises:
            UsageError: it has another size, or the format holds no more.
            OutputError: it could not be encoded or written, for lack of space or permission.
        """
        with self._told(self.path):
            self.stream.add(frame)

    def finish(self) -> None:
        """See all that was added through to the disk; to be placed after.

        Raises:
            UsageError: there was no frame.
            OutputError: as for `add`.
        """
        with self._told(self.path):
            self.stream.close()
            self.hidden.finish()

    def place(self, path: str | os.PathLike[str], on_exists: OnExists = "error") -> Path | None:
        """Give the file its name, or a copy another one; a record that it cannot carry goes beside it.

        Returns:
            Where it is, or None if there is one already and `on_exists` is `skip`.

        Raises:
            UsageError: as `resolve_path`, or the suffix says another format.
            OutputError: it cannot be there.
        """
        target = resolve_path(path, on_exists)
        if target is None:
            return None
        if target.suffix != self.path.suffix:
            raise UsageError(f"{str(target)!r} was written as {self.path.suffix}, which it stays")
        try:
            with self._told(target):
                self._place(target, replace=on_exists == "overwrite")
        except FileExistsError as error:
            if on_exists in ("rename", "skip"):  # it appeared between the question and the answer
                return self.place(path, on_exists)
            raise OutputExists(
                f"the output {str(target)!r} is there already", "--on-exists rename"
            ) from error
        return target

    def drop(self) -> None:
        """Let go of the file, and of its hidden name."""
        self.stream.drop()
        self.hidden.drop()

    def _place(self, target: Path, *, replace: bool) -> None:
        """Put the picture and the record beside it in place: both written first, then named."""
        if self.beside is None:
            outdated = replace and is_record_of(sidecar(target), target)
            self._name(target, replace=replace)
            if outdated:
                with suppress(OSError):
                    system.unlink(sidecar(target))
            return
        with Hidden(target.parent) as beside:
            beside.write(self._record().to_json().encode())
            beside.finish()
            self._name(target, replace=replace)
            try:
                beside.place(sidecar(target), replace=replace)
            except OSError as error:
                if replace:
                    why = f"cannot write the record {str(sidecar(target))!r}: {error.strerror or error}"
                    raise SidecarError(f"{why}; {str(target)!r} is written") from error
                system.unlink(target)  # the picture is to have another name or place, too
                raise
        sync_folder(target.parent)

    def _name(self, target: Path, *, replace: bool) -> None:
        gone = not self.hidden.path.exists()  # without links it had another name, which was taken from it
        if gone or target.parent != self.path.parent:
            write_whole(target, self.hidden.parts(), replace=replace)
            return
        self.hidden.place(target, replace=replace)
        sync_folder(target.parent)

    def _record(self) -> Record:
        """Return the record beside, which tells whose it is."""
        assert self.beside is not None
        digest = hashlib.sha256()
        for part in self.hidden.parts():
            digest.update(part)
        return self.beside.model_copy(update={"picture_sha256": digest.hexdigest()})

    @contextmanager
    def _told(self, path: Path) -> Iterator[None]:
        """Say what the system refuses in our words, but for a name that is taken."""
        try:
            yield
        except FileExistsError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write {str(path)!r}: {error.strerror or error}") from error
