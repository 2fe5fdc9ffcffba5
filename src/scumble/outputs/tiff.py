"""TIFF: every pixel and transparency, for print shops."""

from PIL import Image

from scumble.outputs.base import Writer, outputs, save


@outputs("tiff")
class TiffWriter(Writer):
    """Write a still as TIFF, 8 bits per channel, packed without loss by Deflate."""

    suffixes = (".tif", ".tiff")
    lossless = True

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        return save(image, "TIFF", compression="tiff_adobe_deflate")
