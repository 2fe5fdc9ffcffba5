"""TIFF: every pixel and transparency, for print shops."""

from collections.abc import Sequence

from PIL import Image

from scumble.outputs.base import Writer, outputs, save


@outputs("tiff")
class TiffWriter(Writer):
    """Write a still as TIFF, 8 bits per channel, packed without loss by Deflate."""

    suffixes = (".tif", ".tiff")
    lossless = True

    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        return save(frames[0], "TIFF", compression="tiff_adobe_deflate")
