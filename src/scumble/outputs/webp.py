"""WebP: a still or a film, small, with transparency."""

from collections.abc import Sequence

from PIL import Image

from scumble.outputs.base import Writer, outputs, save


@outputs("webp")
class WebpWriter(Writer):
    """Write a still or an endless film as WebP, quality 95, at most 16383 pixels a side.

    Frames that equal the one before are not stored twice; it is shown for longer.
    """

    suffixes = (".webp",)
    animated = True

    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        if len(frames) == 1:
            return save(frames[0], "WEBP", quality=95)
        film = {"save_all": True, "append_images": frames[1:], "duration": milliseconds, "loop": 0}
        return save(frames[0], "WEBP", quality=95, **film)
