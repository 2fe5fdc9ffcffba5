"""From the bytes of a file to Pillow's picture, within limits and without side effects."""

import io
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from scumble.errors import ImageError
from scumble.image.convert import orientation, upright
from scumble.image.limits import check_jpeg, check_size, trim_png
from scumble.image.sniff import HEAD, READABLE, readable, sniff

# Plugins are called by name: Image.open would guess again, and refuse by a global limit of its own.
_PLUGINS: dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
_ONE_AT_A_TIME = threading.Lock()  # the filters of warnings and loggers belong to the whole process


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow's warnings, and what it logs about broken TIFF files, to ourselves."""
    logger = logging.getLogger("PIL.TiffImagePlugin")
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, logger.disabled = logger.disabled, True
        try:
            yield
        finally:
            logger.disabled = before


def require_readable(head: bytes, name: str) -> str:
    """Return the format of a file from its first bytes.

    Raises:
        ImageError: it is not among the formats that are read.
    """
    if not head:
        raise ImageError(f"{name!r} is empty; a picture is {readable()}")
    kind = sniff(head)
    if kind not in READABLE:
        raise ImageError(
            f"{name!r} is {kind}; allowed are {readable()}", "save it as PNG with another program"
        )
    return kind


def decode(data: bytes, name: str, max_side: int, max_pixels: int) -> tuple[Image.Image, tuple[str, ...]]:
    """Decode the first frame of a picture, upright.

    Args:
        data: a whole file.
        name: what it is called in messages.
        max_side: pixels, the longest side allowed.
        max_pixels: how many are allowed in all.

    Returns:
        The picture in whatever mode Pillow reads it, and what was done, in words.

    Raises:
        ImageError: no picture of an allowed format, damaged, cut short, or too large.
    """
    kind = require_readable(data[:HEAD], name)
    notes: tuple[str, ...] = ()
    if kind == "PNG":
        data, notes = trim_png(name, data)
    if kind == "JPEG":
        check_jpeg(name, data)
    try:
        with quiet():
            image = _plugin(kind, name)(io.BytesIO(data))
            check_size(name, image.width, image.height, max_side, max_pixels)
            if isinstance(image, TiffImagePlugin.TiffImageFile):
                wide, high = (image.tag_v2.get(tag, 1) for tag in (_TILE_WIDTH, _TILE_LENGTH))
                check_size(f"a tile of {name}", wide, high, max_side, max_pixels)
            notes += _notes(image)
            image.load()
            return upright(image), notes
    except ImageError:
        raise
    except Exception as error:  # Pillow raises some ten kinds for damaged files
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ImageError(
            f"{name!r} is a damaged or unusual {kind}: {why}", "open it in another program and save it again"
        ) from error


_TILE_WIDTH, _TILE_LENGTH = 322, 323


def _plugin(kind: str, name: str) -> Callable[[io.BytesIO], ImageFile.ImageFile]:
    if kind != "HEIC":
        return _PLUGINS[kind]
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise ImageError(
            f"{name!r} is HEIC, which needs another package; allowed without it are {readable()}",
            "pip install 'scumble[heif]'",
        ) from error
    return HeifImageFile


def _notes(image: ImageFile.ImageFile) -> tuple[str, ...]:
    """Say what decoding is about to leave out; asked before, because it changes what is known."""
    notes = []
    if getattr(image, "is_animated", False):
        notes.append("first of several frames")
    if ";16" in str(image.tile) and not image.mode.startswith("I"):
        notes.append("16-bit color converted to 8-bit")
    if orientation(image) != 1:
        notes.append("turned as its EXIF orientation says")
    return tuple(notes)
