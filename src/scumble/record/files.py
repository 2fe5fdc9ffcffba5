"""Where a record is found: within a PNG, or in a file beside a picture."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from pydantic_core import from_json

from scumble.disk.digest import file_sha256
from scumble.errors import RecordError, require_kind
from scumble.image.png import SIGNATURE, chunks, inflate
from scumble.paths import as_path
from scumble.record.made import MAX_BYTES, Record

END = b"\0\0\0\0IEND\xaeB`\x82"
"""The last chunk of a PNG that is whole."""
KEYWORD = b"scumble"
"""Of the iTXt chunk that holds a record in a PNG."""


def read_record(path: str | os.PathLike[str]) -> Record:
    """Return the record of a picture: from within a PNG, or from the sidecar `out.jpg.json` beside others.

    Args:
        path: a picture, or the sidecar itself.

    Raises:
        RecordError: there is no such file or no record, or it cannot be read.
    """
    require_kind("the picture", path, (str, os.PathLike), "a path")
    path = as_path(path)
    try:
        if not path.is_file():
            raise RecordError(f"there is no file {str(path)!r}", "give a picture that Scumble made")
        with path.open("rb") as file:
            start = file.read(len(SIGNATURE))
            text = _text_of_png(file) if start == SIGNATURE else None
            if start.lstrip()[:1] == b"{":
                text = _whole(path)
        beside = sidecar(path)
        if text is None and beside.is_file():
            return _of_picture(Record.from_json(_whole(beside)), path, beside)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise RecordError(f"cannot read the record of {str(path)!r}: {why}") from error
    if text is None:
        raise RecordError(
            f"{str(path)!r} carries no record, and there is no {beside.name!r} beside it",
            "give the PNG that Scumble wrote; other programs drop the record when they save a picture",
        )
    return Record.from_json(text)


def read_key(path: Path, digest: Callable[[Path], str] = file_sha256) -> tuple[str | None, bool]:
    """Return the key in a picture's record, None if it has none, and whether the picture is whole.

    Args:
        path: where it is, or is not.
        digest: tells a file's bytes from all others. A record beside a picture of other bytes is none.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(SIGNATURE)) == SIGNATURE:
                told = from_json(_text_of_png(file) or b"{}")
                file.seek(-len(END), os.SEEK_END)
                whole = file.read() == END
            else:
                told = from_json(_whole(sidecar(path)))
                whole = told["picture_sha256"] == digest(path)
                told = told if whole else {}
        key = told.get("key")
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None, False
    return (key, whole) if isinstance(key, str) else (None, whole)


def sidecar(path: Path) -> Path:
    """Return where the record goes if the picture cannot carry it: `out.jpg.json` beside `out.jpg`."""
    return path.with_name(path.name + ".json")


def _of_picture(record: Record, path: Path, beside: Path) -> Record:
    """Return the record beside a picture, unless it says that it is another one's."""
    if record.picture_sha256 is not None and record.picture_sha256 != file_sha256(path):
        raise RecordError(
            f"{beside.name!r} is not the record of {str(path)!r} as it is now: the picture was changed",
            f"give {str(beside)!r} itself to see what it says",
        )
    return record


def _whole(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _text_of_png(file: BinaryIO) -> bytes | None:
    """Return the text of the first iTXt chunk called `scumble`, or None."""
    for kind, start, length in chunks(file):
        if kind != b"iTXt":
            continue
        file.seek(start)
        payload = file.read(min(length, MAX_BYTES + 1024))
        keyword, _, rest = payload.partition(b"\0")
        if keyword != KEYWORD:
            continue
        if length > MAX_BYTES:
            raise ValueError(f"it has {length} bytes; {MAX_BYTES} are allowed")
        packed, method, _, _, text = rest[:1], rest[1:2], *_languages(rest[2:])
        if packed == b"\0":
            return text
        if method != b"\0":
            raise ValueError("it is packed by an unknown method")
        return inflate(text, MAX_BYTES)
    return None


def _languages(rest: bytes) -> tuple[bytes, bytes, bytes]:
    """Split the language, the translated keyword and the text of an iTXt chunk."""
    language, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    return language, translated, text
