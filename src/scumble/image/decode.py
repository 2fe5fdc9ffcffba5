"""From the bytes of a file to Pillow's picture, within limits and without side effects."""

import io
from collections.abc import Callable
from functools import partial

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
from scumble.image.convert import orientation, stated, turned_by
from scumble.image.limits import check_size
from scumble.image.quiet import quiet
from scumble.image.sift import SEVERAL, TURNED, Fits, Sifted, jpeg, png
from scumble.image.sift.bmp import sift_bmp
from scumble.image.sift.gif import sift_gif
from scumble.image.sift.tiff import sift_tiff
from scumble.image.sift.webp import sift_webp
from scumble.image.sniff import HEAD, readable, require_readable

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
_SIFTS: dict[str, Callable[[str, bytes, Fits], Sifted]] = {
    "JPEG": jpeg.sift_jpeg,
    "PNG": png.sift_png,
    "WebP": sift_webp,
    "TIFF": sift_tiff,
    "BMP": sift_bmp,
    "GIF": sift_gif,
}
_CUTS: dict[str, Callable[[Image.Image, bytes], bool]] = {
    "JPEG": jpeg.is_cut,
    "PNG": png.is_cut,
}
"""Of the formats whose decoders say nothing where pixels end early: whether a decoded picture is such a one."""


def decode(data: bytes, name: str, max_side: int, max_pixels: int) -> tuple[Image.Image, tuple[str, ...]]:
    """Decode the first frame or full page of a picture, upright.

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
    fits = partial(check_size, max_side=max_side, max_pixels=max_pixels)
    sift = _SIFTS.get(kind)
    sifted = sift(name, data, fits) if sift else Sifted(data)
    try:
        with quiet():
            image = _plugin(kind, name)(io.BytesIO(sifted.data))
            fits(name, image.width, image.height)
            several, deep = getattr(image, "is_animated", False), ";16" in str(image.tile)
            turned = orientation(image) if kind == "TIFF" else 1  # which Pillow turns, and forgets it
            image.load()
            if kind in _CUTS and _CUTS[kind](image, sifted.data):
                raise OSError("its pixels end early")
    except ImageError:
        raise
    except Exception as error:  # Pillow raises some ten kinds for damaged files
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ImageError(
            f"{name!r} is a damaged or unusual {kind}: {why}", "open it in another program and save it again"
        ) from error
    turn = 1 if kind == "TIFF" else sifted.orientation if kind in ("PNG", "JPEG") else stated(image)
    notes = (*sifted.notes, *((SEVERAL,) if several else ()))
    if deep and not image.mode.startswith("I"):
        notes += ("16-bit color converted to 8-bit",)
    if turn != 1 or turned != 1:
        notes += (TURNED,)
    return turned_by(image, turn), notes


def load(image: Image.Image) -> None:
    """Decode what Pillow has opened only: to ask it anything before may do so, too, and lose the error.

    Raises:
        OSError: or whatever else Pillow raises: it is damaged.
    """
    file, data = getattr(image, "fp", None), b""
    if isinstance(image, PngImagePlugin.PngImageFile) and image.tile and file and not image.is_animated:
        at = file.tell()
        file.seek(0)
        data = file.read()
        file.seek(at)
    image.load()
    if data and png.is_cut(image, data):
        raise OSError("its pixels end early")


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
