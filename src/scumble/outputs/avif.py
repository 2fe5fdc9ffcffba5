"""AVIF: the smallest stills, with transparency."""

from PIL import Image, features

from scumble.errors import UsageError
from scumble.outputs.base import Writer, outputs, save


@outputs("avif")
class AvifWriter(Writer):
    """Write a still as AVIF, quality 90, color at full resolution (4:4:4).

    Raises:
        UsageError: Pillow was built without AVIF.
    """

    suffixes = (".avif",)

    def __init__(self) -> None:
        if not features.check("avif"):
            raise UsageError(
                "this Pillow was built without AVIF, so no .avif can be written", "pip install -U pillow"
            )

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        return save(image, "AVIF", quality=90, subsampling="4:4:4")
