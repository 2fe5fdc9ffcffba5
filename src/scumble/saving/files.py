"""Pictures, films and texts, written whole or not at all."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PIL import Image

from scumble.disk import system
from scumble.disk.hidden import Hidden, sync_folder, write_whole
from scumble.errors import OutputError, OutputExists
from scumble.outputs.files import encode, writer_for
from scumble.record import Record, sidecar
from scumble.saving.names import is_record_of, numbered, resolve_path
from scumble.saving.on_exists import OnExists


def write(
    path: str | os.PathLike[str],
    frames: Sequence[Image.Image],
    record: Record | None = None,
    milliseconds: int = 100,
    on_exists: OnExists = "error",
) -> Path | None:
    """Write a picture or a film, whole or not at all.

    Only `overwrite` ever replaces a file, even one that appeared meanwhile. A record that the format cannot carry
    goes to a `sidecar`, which tells whose it is: should the two not fit, that is noticed when it is read.

    Args:
        path: where to; the suffix says the format.
        frames: mode RGB or RGBA, of one size; one of them unless the format is animated.
        record: what made the picture.
        milliseconds: how long each frame of a film is shown.
        on_exists: as in `resolve_path`.

    Returns:
        Where it was written, or None if it was there already and `on_exists` is `skip`.

    Raises:
        UsageError: as `resolve_path`, or more frames than the format holds.
        OutputError: it could not be encoded or written, for lack of space or permission.
    """
    target = resolve_path(path, on_exists)
    if target is None:
        return None
    carries = writer_for(target).carries_record
    data = encode(target, frames, record.to_json() if record and carries else None, milliseconds)
    of_it = None
    if record and not carries:
        own = {"picture_sha256": hashlib.sha256(data).hexdigest()}
        of_it = record.model_copy(update=own).to_json().encode()
    try:
        _commit(target, data, of_it, replace=on_exists == "overwrite")
    except FileExistsError as error:
        if on_exists in ("rename", "skip"):  # it appeared between the question and the answer
            return write(path, frames, record, milliseconds, on_exists)
        raise OutputExists(f"the output {str(target)!r} is there already", "--on-exists rename") from error
    except OSError as error:
        raise OutputError(f"cannot write {str(target)!r}: {error.strerror or error}") from error
    return target


class SidecarError(OutputError):
    """A picture is in its place, and the record beside it is not."""


def write_text(path: Path, text: str, on_exists: OnExists = "error") -> Path:
    """Write a text, whole or not at all, and return where; only `overwrite` replaces a file.

    Raises:
        OutputExists: it is there already.
        OutputError: it could not be written.
    """
    try:
        write_whole(path, [text.encode(errors="surrogateescape")], replace=on_exists == "overwrite")
    except FileExistsError as error:
        if on_exists == "rename":
            free = next(name for name in numbered(path) if not os.path.lexists(name))
            return write_text(free, text, on_exists)
        raise OutputExists(f"the output {str(path)!r} is there already", "--on-exists rename") from error
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r}: {error.strerror or error}") from error
    return path


def _commit(target: Path, data: bytes, record: bytes | None, *, replace: bool) -> None:
    """Put a picture and the record beside it in place: both written first, then named."""
    if record is None:
        outdated = replace and is_record_of(sidecar(target), target)
        write_whole(target, [data], replace=replace)
        if outdated:
            with suppress(OSError):
                system.unlink(sidecar(target))
        return
    with Hidden(target.parent) as picture, Hidden(target.parent) as beside:
        for hidden, content in ((picture, data), (beside, record)):
            hidden.write(content)
            hidden.finish()
        picture.place(target, replace=replace)
        try:
            beside.place(sidecar(target), replace=replace)
        except OSError as error:
            if replace:
                why = f"cannot write the record {str(sidecar(target))!r}: {error.strerror or error}"
                raise SidecarError(f"{why}; {str(target)!r} is written") from error
            system.unlink(target)  # the picture is to have another name or place, too
            raise
    sync_folder(target.parent)
