"""JPEG: small, opaque."""

from PIL import Image

from scumble.outputs.base import Writer, on_white, outputs, save


@outputs("jpeg")
class JpegWriter(Writer):
    """Write a still as JPEG: quality 95, color at full resolution (4:4:4); transparency is laid on white."""

    suffixes = (".jpg", ".jpeg")

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        return save(on_white(image), "JPEG", quality=95, subsampling=0, optimize=True)
