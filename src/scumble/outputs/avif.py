"""AVIF: the smallest stills, with transparency."""

from collections.abc import Sequence

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

    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        return save(frames[0], "AVIF", quality=90, subsampling="4:4:4")
