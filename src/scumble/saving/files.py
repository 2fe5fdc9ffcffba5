"""Pictures, films and texts, written whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from scumble.disk.hidden import write_whole
from scumble.errors import OutputError, OutputExists
from scumble.record import Record
from scumble.saving.draft import Draft
from scumble.saving.names import numbered, resolve_path
from scumble.saving.on_exists import OnExists


def write(
    path: str | os.PathLike[str],
    frames: Iterable[Image.Image],
    record: Record | None = None,
    milliseconds: int = 100,
    on_exists: OnExists = "error",
) -> Path | None:
    """Write a picture or a film, whole or not at all.

    Only `overwrite` ever replaces a file, even one that appeared meanwhile. A record that the format cannot carry
    goes to a `sidecar`, which tells whose it is: should the two not fit, that is noticed when it is read.

    Args:
        path: where to; the suffix says the format.
        frames: mode RGB or RGBA, of one size, taken one after the other; one of them unless the format holds films.
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
    with Draft(target, record, milliseconds) as draft:
        for frame in frames:
            draft.add(frame)
        draft.finish()
        return draft.place(path, on_exists)


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
