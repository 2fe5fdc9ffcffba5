"""What a file is to be called, asked before any work is done."""

import os
import stat
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import get_args

from scumble.disk.digest import file_sha256
from scumble.disk.place import check_folder, is_folder, status
from scumble.errors import OutputExists, RecordError, UsageError, require_kind
from scumble.outputs.files import writer_for
from scumble.paths import as_path
from scumble.record import read_record, sidecar
from scumble.saving.on_exists import OnExists

LONGEST = 255 - len(".json")  # bytes of a name, with a record beside it


def resolve_path(
    path: str | os.PathLike[str], on_exists: OnExists = "error", beside: Sequence[str] = ()
) -> Path | None:
    """Return the path to write to, or None to skip; to be asked before any work is done.

    Args:
        path: where the output is to go.
        on_exists: what to do if it is there already; `rename` makes `out-2.png`, `out-3.png` and so on.
        beside: suffixes of further files of that name that will be written, such as `.csv`.

    Raises:
        UnknownName: no writer has this suffix.
        OutputExists: it is there already, and `on_exists` is `error`.
        UsageError: it is a folder or a device; its folder is missing or may not be written to.
    """
    if on_exists not in get_args(OnExists):
        raise UsageError(f"on_exists is {on_exists!r}; it may be {', '.join(get_args(OnExists))}")
    require_kind("the output", path, (str, bytes, os.PathLike), "a path")
    path, given = as_path(path), os.fsdecode(path)
    if given.endswith(os.sep):
        missing = "" if path.is_dir() else " that is not there"
        raise UsageError(f"the output {given!r} is a folder{missing}", f"name a file: {path / 'out.png'}")
    for file in [path] if is_folder(path) else files_of(path, beside):
        if is_folder(file):
            raise UsageError(
                f"the output {str(file)!r} is a folder", "give a file name in it, such as out.png"
            )
    check_folder(path)
    if on_exists == "overwrite":
        for file in files_of(path, beside):
            check_replaceable(path, file)
        return path
    taken = next((file for file in files_of(path, beside) if status(file)), None)
    if taken is None:
        return path
    if on_exists == "skip" and path.exists():
        return None
    if on_exists == "rename":
        return next(other for other in numbered(path) if not any(map(status, files_of(other, beside))))
    raise OutputExists(f"the output {str(taken)!r} is there already", "--on-exists rename|overwrite|skip")


def files_of(path: Path, beside: Sequence[str] = ()) -> list[Path]:
    """Return the files that a picture takes: its own, its record's where it cannot carry it, and others beside.

    Raises:
        UnknownName: no writer has its suffix.
    """
    record = [] if writer_for(path).carries_record else [sidecar(path)]
    return [path, *record, *(path.with_suffix(suffix) for suffix in beside)]


def numbered(path: Path) -> Iterator[Path]:
    """Yield names like one: `out-2.png`, `out-3.png` and so on."""
    for number in count(2):
        end = f"-{number}{path.suffix}"
        stem = os.fsencode(path.stem)[: LONGEST - len(os.fsencode(end))]
        yield path.with_name(stem.decode(errors="ignore") + end)


def check_replaceable(path: Path, file: Path) -> None:
    """Refuse to overwrite what is no file, and a JSON beside a picture that is not a record."""
    found = status(file)
    if found and not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        raise UsageError(f"the output {str(file)!r} is a pipe or a device", "give the name of a file")
    if found and file == sidecar(path) and not is_record(file):
        raise OutputExists(
            f"{str(file)!r} is no record of ours and would be overwritten", "choose another name, or .png"
        )


def is_record(path: Path) -> bool:
    """Return whether a file holds a record."""
    try:
        read_record(path)
    except RecordError:
        return False
    return True


def is_record_of(path: Path, picture: Path) -> bool:
    """Return whether a file holds the record of a picture that is there: it names the bytes, or is too old to."""
    try:
        told = read_record(path).picture_sha256
        own = file_sha256(picture)
    except (RecordError, OSError):
        return False
    return told == own or (told is None and not writer_for(picture).carries_record)
