"""What a writer is: frames in, a file out. A still is a film of one frame."""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, final

from PIL import ExifTags, Image

from scumble.image.profile import srgb_profile
from scumble.outputs.film import File, Film, Stream
from scumble.registry import Registry


class Writer(ABC):
    """Encodes stills and films in one format.

    A subclass says which suffixes are its own and how a still is encoded; by which `Film` frames are, if it holds
    several; whether it can carry a record and dots per inch, and keeps every pixel of a still; and whether Scumble
    reads its files: one that `scumble.image.files.read_picture` refuses has `readable = False`.
    """

    suffixes: ClassVar[tuple[str, ...]]
    film: ClassVar[type[Film] | None] = None
    carries_record: ClassVar[bool] = False
    carries_dpi: ClassVar[bool] = True
    lossless: ClassVar[bool] = False
    readable: ClassVar[bool] = True

    @abstractmethod
    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        """Return the bytes of a file with one picture.

        Args:
            image: mode RGB, or RGBA where transparency was kept.
            record: the record's JSON, ignored by writers that cannot carry it.
        """

    @final
    def open(self, file: File, record: str | None = None, milliseconds: int = 100) -> Stream:
        """Return what takes frames one after the other and puts them into a file; of one frame it makes a still.

        Args:
            file: open in binary, at its beginning.
            record: as for `still`; a film has none.
            milliseconds: how long each frame of a film is shown.

        Example:
            >>> file = io.BytesIO()
            >>> with outputs["webp"]().open(file, milliseconds=200) as film:
            ...     for color in ("red", "blue"):
            ...         film.add(Image.new("RGB", (8, 8), color))
            >>> Image.open(file).n_frames
            2
        """
        return Stream(self, file, record, milliseconds)

    @final
    def encode(
        self, frames: Iterable[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        """Return the bytes of a file with all frames; arguments as for `open`.

        Raises:
            UsageError: there is none, or more than the format holds, or they have several sizes.
            OutputError: the format cannot hold such pixels.
        """
        file = io.BytesIO()
        with self.open(file, record, milliseconds) as stream:
            for frame in frames:
                stream.add(frame)
        return file.getvalue()


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
