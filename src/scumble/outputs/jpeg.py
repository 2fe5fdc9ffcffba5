"""JPEG: small, opaque."""

from collections.abc import Sequence

from PIL import Image

from scumble.outputs.base import Writer, on_white, outputs, save


@outputs("jpeg")
class JpegWriter(Writer):
    """Write a still as JPEG: quality 95, color at full resolution (4:4:4); transparency is laid on white."""

    suffixes = (".jpg", ".jpeg")

    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        return save(on_white(frames[0]), "JPEG", quality=95, subsampling=0, optimize=True)
