"""PNG: every pixel, transparency and the record."""

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from scumble.outputs.base import Writer, outputs, save


@outputs("png")
class PngWriter(Writer):
    """Write a still as PNG, 8 bits per channel, with the record in an iTXt chunk called `scumble`.

    That the picture is sRGB is said by the sRGB chunk, which the standard prefers to a profile.
    """

    suffixes = (".png",)
    carries_record = True
    lossless = True

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        extra = PngInfo()
        extra.add(b"sRGB", b"\0")  # rendering intent: perceptual
        if record is not None:
            extra.add_itxt("scumble", record)
        return save(image, "PNG", pnginfo=extra, icc_profile=None)
