"""Output files: which writer, under which name, and never half written."""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Literal

from PIL import Image

from scumble.errors import OutputError, OutputExists, UnknownName, UsageError
from scumble.outputs.base import Writer, outputs

OnExists = Literal["error", "rename", "overwrite", "skip"]


def writers_by_suffix() -> dict[str, type[Writer]]:
    """Return the writer of each suffix."""
    return {suffix: outputs[name] for name in outputs for suffix in outputs[name].suffixes}


def writer_for(path: str | os.PathLike[str]) -> Writer:
    """Return the writer of the format that a path's suffix names.

    Raises:
        UnknownName: no writer has this suffix.

    Example:
        >>> type(writer_for("painting.JPG")).__name__
        'JpegWriter'
    """
    suffix = Path(path).suffix.lower()
    by_suffix = writers_by_suffix()
    if suffix not in by_suffix:
        raise UnknownName("output suffix", suffix, by_suffix, "the suffix says the format, as in out.png")
    return by_suffix[suffix]()


def sidecar(path: Path) -> Path:
    """Return where the record goes if the picture cannot carry it: `out.jpg.json` beside `out.jpg`."""
    return path.with_name(path.name + ".json")


def resolve_path(
    path: str | os.PathLike[str],
    on_exists: OnExists = "error",
    beside: Sequence[str] = (),
    reads: Iterable[object] = (),
) -> Path | None:
    """Return the path to write to, or None to skip; to be asked before any work is done.

    Args:
        path: where the output is to go.
        on_exists: what to do if it is there already; `rename` makes `out-2.png`, `out-3.png` and so on.
        beside: suffixes of further files of that name that will be written, such as `.csv`.
        reads: what is read to make it, never replaced; only paths count.

    Raises:
        UnknownName: no writer has this suffix.
        OutputExists: it is there already, and `on_exists` is `error`.
        UsageError: it is a folder, a device or a file that is read; its folder is missing or may not be written to.
    """
    given, path = os.fspath(path), Path(path)
    if given.endswith(os.sep) and not path.is_dir():
        raise UsageError(
            f"the output {given!r} is a folder that is not there", f"name a file: {path / 'out.png'}"
        )
    for suffix in ("", *beside):
        file = path.with_suffix(suffix) if suffix else path
        status = _status(file)
        if status and stat.S_ISDIR(status.st_mode):
            raise UsageError(
                f"the output {str(file)!r} is a folder", "give a file name in it, such as out.png"
            )
    writer = writer_for(path)
    check_folder(path)
    if on_exists == "overwrite":
        _check_replaceable(path, writer)
        _check_not_read(path, reads)
        return path
    taken = _taken(path, writer, beside)
    if taken is None:
        return path
    if on_exists == "skip":
        return None
    if on_exists == "rename":
        numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
        return next(other for other in numbered if _taken(other, writer, beside) is None)
    raise OutputExists(f"the output {str(taken)!r} is there already", "--on-exists rename|overwrite|skip")


def write(
    path: str | os.PathLike[str],
    frames: Sequence[Image.Image],
    record: str | None = None,
    milliseconds: int = 100,
    on_exists: OnExists = "error",
) -> Path | None:
    """Write a picture or a film, whole or not at all.

    Everything is first written under hidden names in the same folder, then renamed. Only `overwrite` ever
    replaces a file, even one that appeared meanwhile. A record that the format cannot carry goes to a `sidecar`.

    Args:
        path: where to; the suffix says the format.
        frames: mode RGB or RGBA, of one size; one of them unless the format is animated.
        record: the record's JSON.
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
    writer = writer_for(target)
    if len(frames) != 1 and not (frames and writer.animated):
        raise UsageError(
            f"{target.suffix} holds 1 frame, {len(frames)} were given", "for a film, use .gif or .webp"
        )
    try:
        data = writer.encode(frames, record, milliseconds)
    except Exception as error:  # Pillow raises several kinds, such as ValueError for sides too long
        width, height = frames[0].size
        raise OutputError(f"cannot write {width} x {height} pixels as {target.suffix}: {error}") from error
    beside = record.encode() if record is not None and not writer.carries_record else None
    try:
        return _commit(target, data, beside, on_exists)
    except FileExistsError as error:
        if on_exists in ("rename", "skip"):  # it appeared between the question and the answer
            return write(path, frames, record, milliseconds, on_exists)
        raise OutputExists(f"the output {str(target)!r} is there already", "--on-exists rename") from error
    except OSError as error:
        raise OutputError(f"cannot write {str(target)!r}: {error.strerror or error}") from error


def write_text(path: Path, text: str, on_exists: OnExists = "error") -> Path:
    """Write a text, whole or not at all; only `overwrite` replaces a file.

    Raises:
        OutputExists: it is there already.
        OutputError: it could not be written.
    """
    try:
        return _commit(path, text.encode(errors="surrogateescape"), None, on_exists)
    except FileExistsError as error:
        raise OutputExists(f"the output {str(path)!r} is there already", "--on-exists rename") from error
    except OSError as error:
        raise OutputError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def _commit(target: Path, data: bytes, beside: bytes | None, on_exists: OnExists) -> Path:
    """Put the picture and its sidecar in place: hidden first, then all but at once."""
    place: Callable[[Path, Path], object] = os.replace if on_exists == "overwrite" else _place_new
    hidden = [_write_hidden(target.parent, data)]
    try:
        if beside is not None:
            hidden.append(_write_hidden(target.parent, beside))
        if on_exists == "overwrite" and _is_record(sidecar(target)):
            sidecar(target).unlink()  # first, so that at no time a record stands beside a picture not its own
        place(hidden[0], target)
        if beside is not None:
            place(hidden[1], sidecar(target))
        sync_folder(target.parent)
    finally:
        for path in hidden:
            path.unlink(missing_ok=True)
    return target


def _write_hidden(folder: Path, data: bytes) -> Path:
    """Write a new hidden file through to the disk; leave nothing behind if that fails."""
    path = folder / f".scumble-{secrets.token_hex(8)}.tmp"
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _place_new(hidden: Path, target: Path) -> None:
    """Give a hidden file its name, or raise `FileExistsError` if the name is in use."""
    try:
        os.link(hidden, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        target.open("xb").close()  # FAT and some network folders have no links: reserve the name, then rename
        hidden.replace(target)


def sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _status(path: Path) -> os.stat_result | None:
    """Return what is at a path, a link itself rather than where it leads, or None."""
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"the output {str(path)!r} cannot be written: {why}") from error


def check_folder(path: Path) -> None:
    """Raise `UsageError` unless there is a folder for a file, and it may be written to."""
    status = _status(path.parent / ".")
    if status is None:
        raise UsageError(f"there is no folder {str(path.parent)!r} to write to", f"mkdir -p '{path.parent}'")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"the folder {str(path.parent)!r} may not be written to", "choose another folder")


def _taken(path: Path, writer: Writer, beside: Sequence[str] = ()) -> Path | None:
    """Return which of the files that would be written is there already."""
    files = [path] if writer.carries_record else [path, sidecar(path)]
    files += [path.with_suffix(suffix) for suffix in beside]
    return next((file for file in files if _status(file)), None)


def _check_not_read(path: Path, reads: Iterable[object]) -> None:
    files = [Path(one) for one in reads if isinstance(one, str | os.PathLike)]
    if path.exists() and any(file.exists() and file.samefile(path) for file in files):
        raise UsageError(f"the output {str(path)!r} is a file that is read", "give it another name")


def _check_replaceable(path: Path, writer: Writer) -> None:
    """Refuse to overwrite what is no file, and a JSON beside it that is not a record."""
    status, beside = _status(path), sidecar(path)
    if status and not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
        raise UsageError(f"the output {str(path)!r} is a pipe or a device", "give the name of a file")
    if not writer.carries_record and _status(beside) and not _is_record(beside):
        raise OutputExists(
            f"{str(beside)!r} is no record of ours and would be overwritten", "choose another name, or .png"
        )


def _is_record(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(64).lstrip(b"{ \r\n").startswith(b'"scumble"')
    except OSError:
        return False
