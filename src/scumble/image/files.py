"""Reading pictures: from files, bytes, Pillow, NumPy and tensors to upright 8-bit sRGB."""

import io
import os
import re
import stat
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from scumble.errors import ImageError
from scumble.image.arrays import SHAPES, from_array, from_tensor, is_tensor
from scumble.image.convert import orientation, to_rgb, turned_by
from scumble.image.decode import decode, load
from scumble.image.extent import check_length, most_bytes
from scumble.image.limits import check_size
from scumble.image.quiet import quiet
from scumble.image.sift import TURNED
from scumble.image.sniff import HEAD, require_readable
from scumble.paths import as_path

MAX_SIDE = 16_384
MAX_PIXELS = 100_000_000
MAX_BYTES = most_bytes(MAX_PIXELS)
"""Of any file: 100 million pixels of four channels of 16 bits, and some for what is no pixel."""
PART = 1 << 20  # bytes of an open file that are read at a time
UNNAMED = "image"
"""What a picture from memory or a pipe is called."""


@dataclass(frozen=True)
class Picture:
    """A still: sRGB, upright, 8 bits per channel.

    Args:
        rgb: mode RGB.
        alpha: transparency, mode L, 0 is clear; None where the picture is opaque.
        name: the file's name without its folder, or "image" for a picture from memory.
        sha256: of the file's bytes; of size and pixels for a picture from memory.
        notes: what was converted on the way, in words.
        path: of the file; None for a picture from memory.
    """

    rgb: Image.Image
    alpha: Image.Image | None
    name: str
    sha256: str
    notes: tuple[str, ...] = ()
    path: Path | None = None

    @property
    def width(self) -> int:
        """Pixels."""
        return self.rgb.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.rgb.height


def is_open_file(source: Any) -> bool:
    """Whether an object can be read like a file; one that raises when it is asked cannot."""
    try:
        return callable(getattr(source, "read", None))
    except Exception:  # whatever its __getattr__ raises
        return False


def read_picture(source: Any, *, max_side: int = MAX_SIDE, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture: upright, in sRGB, 8 bits per channel, its transparency kept aside.

    Of several frames the first is read, of several pages the first that is no preview. What was converted is said in
    `notes`.

    Args:
        source: a path, `~/...` and `file:///...` too; the bytes of a file; a file open in binary, which is read from
            where it stands and left open; a PIL image; an array (H, W) or
            (H, W, 1 or 3 or 4), uint8, uint16 or floats in [0, 1]; a tensor (3, H, W) or (1, 3, H, W), floats in
            [0, 1]. A `Picture` is returned as it is.
        max_side: pixels, the longest side allowed.
        max_pixels: how many are allowed in all.

    Raises:
        ImageError: there is no such file, or it is no picture of an allowed format, damaged, or too large.
        UsageError: see `as_path`.

    Example:
        >>> picture = read_picture(np.full((2, 3), 128, np.uint8))
        >>> picture.width, picture.height, picture.rgb.getpixel((0, 0)), picture.notes
        (3, 2, (128, 128, 128), ('grey converted to RGB',))
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, (str, os.PathLike)):
        path = as_path(source)
        return replace(
            _from_bytes(_read_file(path, max_side, max_pixels), path.name, max_side, max_pixels), path=path
        )
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        check_length(UNNAMED, io.BytesIO(data), len(data), max_side, max_pixels)
        return _from_bytes(data, UNNAMED, max_side, max_pixels)
    if isinstance(source, Image.Image):
        return _from_memory(source, max_side, max_pixels)
    if is_open_file(source):
        name = name_of(source)
        data = _read_stream(source, name)
        check_length(name, io.BytesIO(data), len(data), max_side, max_pixels)
        return _from_bytes(data, name, max_side, max_pixels)
    if isinstance(source, np.ndarray):
        return _from_memory(from_array(source), max_side, max_pixels)
    if is_tensor(source):
        return _from_memory(from_tensor(source), max_side, max_pixels)
    raise ImageError(
        f"no picture can be read from {type(source).__name__}; allowed are a path, bytes, an open "
        f"file, a PIL image, and {SHAPES}"
    )


def _from_bytes(data: bytes, name: str, max_side: int, max_pixels: int) -> Picture:
    image, notes = decode(data, name, max_side, max_pixels)
    with quiet():
        rgb, alpha, more = to_rgb(image, name)
    return Picture(rgb, alpha, name, sha256(data).hexdigest(), (*notes, *more))


def _from_memory(image: Image.Image, max_side: int, max_pixels: int) -> Picture:
    check_size(UNNAMED, image.width, image.height, max_side, max_pixels)
    try:
        with quiet():
            load(image)
            turn = orientation(image)
            rgb, alpha, more = to_rgb(turned_by(image, turn), UNNAMED)
    except ImageError:
        raise
    except Exception as error:  # a picture that Pillow opened but has not decoded yet
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ImageError(f"the PIL image cannot be decoded: {why}") from error
    pixels = sha256(
        f"{rgb.width} x {rgb.height}".encode() + rgb.tobytes() + (alpha.tobytes() if alpha else b"")
    )
    notes = (TURNED, *more) if turn != 1 else more
    return Picture(rgb, alpha, UNNAMED, pixels.hexdigest(), notes)


def _read_file(path: Path, max_side: int, max_pixels: int) -> bytes:
    """Return a file's bytes, having refused what is no picture, or longer than one, by its first ones."""
    name = path.name or str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ImageError(f"{str(path)!r} is a folder; give one picture", "name a file in it")
        if not stat.S_ISREG(status.st_mode):
            raise ImageError(f"{str(path)!r} is a pipe or a device, not a file", "save it to a file first")
        with path.open("rb") as file:
            check_length(name, file, status.st_size, max_side, max_pixels)
            file.seek(0)
            return file.read(status.st_size)  # a file that grows meanwhile may have no end
    except FileNotFoundError as error:
        raise _missing(path) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        hint = "allow it with chmod u+r, or copy it" if isinstance(error, PermissionError) else ""
        raise ImageError(f"cannot read {str(path)!r}: {why}", hint) from error


def name_of(file: Any) -> str:
    """Return the name of an open file without its folder; of one that has none, as in memory, `image`."""
    name = getattr(file, "name", None)
    return (Path(name).name[-255:] if isinstance(name, str) else "") or UNNAMED


def _read_stream(file: Any, name: str) -> bytes:
    """Return the bytes of an open file from where it stands, having refused what is no picture by its first ones."""
    found = bytearray()
    while part := _part(file, name):
        first = len(found) < HEAD
        found += part
        if first and len(found) >= HEAD:
            require_readable(bytes(found[:HEAD]), name)
        if len(found) > MAX_BYTES:
            raise ImageError(f"{name!r} has more than {MAX_BYTES:,} bytes, which are allowed")
    require_readable(bytes(found[:HEAD]), name)
    return bytes(found)


def _part(file: Any, name: str) -> bytes:
    """Return the next bytes of an open file, none at its end."""
    try:
        part = file.read(PART)
    except Exception as error:  # it is the caller's, and may raise anything
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ImageError(f"cannot read {name!r}: {why}") from error
    if isinstance(part, str):
        raise ImageError(f"the file {name!r} is open as text, so no picture can be read", "open it with 'rb'")
    if not isinstance(part, bytes | bytearray | memoryview):
        hint = "read it first, and give the bytes"
        raise ImageError(f"the file {name!r} gives {type(part).__name__} where bytes were read", hint)
    return bytes(part)


def _missing(path: Path) -> ImageError:
    """Say that there is no such file, and which one was probably meant."""
    if str(path).startswith(("http:/", "https:/", "ftp:/")):  # a Path has joined the slashes
        return ImageError(f"{str(path)!r} is an address; only files are read", "download the picture first")
    if not path.parent.is_dir():
        return ImageError(f"there is no file {str(path)!r}: there is no folder {str(path.parent)!r}")
    try:
        with os.scandir(path.parent) as entries:
            near = get_close_matches(
                path.name, [entry.name for entry in islice(entries, 10_000)], n=1, cutoff=0.75
            )
    except OSError:
        near = []
    hint = f"did you mean {str(path.with_name(near[0]))!r}?" if near else ""
    if re.fullmatch(r"[\d.,]+", path.name):
        hint = "behind a flag, a list takes commas: --style-weights 0.7,0.3"
    return ImageError(missing(path), hint)


def missing(path: Path) -> str:
    """Return the message that there is no such file."""
    return f"there is no file {str(path)!r}"
