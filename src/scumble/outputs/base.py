"""What a writer is: frames in, the bytes of a file out. A still is a film of one frame."""

import io
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from PIL import ExifTags, Image

from scumble.image.profile import srgb_profile
from scumble.registry import Registry


class Writer(ABC):
    """Encodes frames in one format.

    A subclass says which suffixes are its own, whether it holds more than one frame, whether it can carry a
    record, and whether it keeps every pixel of a still.
    """

    suffixes: ClassVar[tuple[str, ...]]
    animated: ClassVar[bool] = False
    carries_record: ClassVar[bool] = False
    lossless: ClassVar[bool] = False

    @abstractmethod
    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        """Return the bytes of a file.

        Args:
            frames: mode RGB, or RGBA where transparency was kept; all of one size, and exactly one unless the
                writer is `animated`.
            record: the record's JSON, ignored by writers that cannot carry it.
            milliseconds: how long each frame of a film is shown.
        """


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return a picture encoded by Pillow, without the camera's data, with the sRGB profile embedded.

    Of what the picture says of itself only `info["dpi"]` is kept, across and down: for the formats that have no place
    for it, as Exif.
    """
    image, dpi = image.copy(), image.info.get("dpi")
    image.info = {}
    if dpi:
        options |= {"exif": resolution(dpi)} if kind in ("WEBP", "AVIF") else {"dpi": dpi}
    buffer = io.BytesIO()
    image.save(buffer, kind, **{"icc_profile": srgb_profile(), **options})
    return buffer.getvalue()


def resolution(dpi: tuple[float, float]) -> bytes:
    """Return Exif data that say nothing but the dots per inch."""
    exif = Image.Exif()
    exif[ExifTags.Base.XResolution], exif[ExifTags.Base.YResolution] = dpi
    exif[ExifTags.Base.ResolutionUnit] = 2  # inches
    return exif.tobytes()


def on_white(image: Image.Image) -> Image.Image:
    """Return an RGBA picture laid on white; an RGB picture as it is."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    opaque = Image.alpha_composite(white, image).convert("RGB")
    opaque.info = dict(image.info)
    return opaque


outputs: Registry[Writer] = Registry("output format", "outputs")
