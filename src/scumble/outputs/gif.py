"""GIF: a film that plays everywhere, in 256 colors."""

import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PIL import GifImagePlugin, Image, ImageChops

from scumble.outputs.base import Writer, on_white, outputs, save
from scumble.outputs.film import File, Film

SAMPLES = 16
"""Frames that the palette is made from; more make it slower and hardly better."""


class GifFilm(Film):
    """An endless film; transparency is laid on white.

    All frames share one palette, so that what stands still does not flicker. It suits them all, so it is known at the
    end: until then they lie in a file without a name, beside the film, 3 bytes a pixel. Times are whole hundredths of
    a second, at least two, as players slow shorter ones down.
    """

    def __init__(self, file: File, size: tuple[int, int]) -> None:
        super().__init__(file, size)
        name = getattr(file, "name", None)
        beside = Path(name).parent if isinstance(name, str) else None
        self.frames = tempfile.TemporaryFile(dir=beside, buffering=0)  # noqa: SIM115
        self.times: list[int] = []

    def add(self, frame: Image.Image, milliseconds: int) -> None:
        """Keep a frame for later."""
        data = on_white(frame).tobytes()
        self.frames.seek(len(self.times) * len(data))
        while data:
            data = data[self.frames.write(data) :]
        self.times.append(milliseconds)

    def close(self) -> None:
        """Write all frames in colors that suit them."""
        palette = shared_palette(self._frame(number) for number in samples(self.times))
        before: Image.Image | None = None
        for number, milliseconds in enumerate(self.times):
            frame = self._frame(number).quantize(palette=palette)
            time = max(20, 10 * round(milliseconds / 10))
            for part in written(frame, before, time):
                self.file.write(part)
            before = frame
        self.file.write(b";")

    def drop(self) -> None:
        """Let go of the frames."""
        self.frames.close()

    def _frame(self, number: int) -> Image.Image:
        width, height = self.size
        self.frames.seek(number * width * height * 3)
        return Image.frombytes("RGB", self.size, self.frames.read(width * height * 3))


@outputs("gif")
class GifWriter(Writer):
    """Write a still or an endless film as GIF, in 256 colors; transparency is laid on white."""

    suffixes = (".gif",)
    film = GifFilm
    carries_dpi = False

    def still(self, image: Image.Image, record: str | None = None) -> bytes:
        opaque = on_white(image)
        return save(opaque.quantize(palette=shared_palette([opaque])), "GIF", icc_profile=None)


def samples(times: Sequence[int]) -> list[int]:
    """Return which frames the palette is to suit, at regular times from the last one, the picture that counts."""
    unit = math.gcd(*times)
    shown = [number for number, time in enumerate(times) for _ in range(time // unit)]
    return shown[:: -len(shown) // SAMPLES]


def shared_palette(samples: Iterable[Image.Image]) -> Image.Image:
    """Return a picture whose palette suits some of one size, mode RGB."""
    small = []
    for sample in samples:
        small.append(sample.copy())
        small[-1].thumbnail((256, 256))
    width, height = small[0].size
    sheet = Image.new("RGB", (width, height * len(small)))
    for number, sample in enumerate(small):
        sheet.paste(sample, (0, height * number))
    return sheet.quantize(256, Image.Quantize.MEDIANCUT)


def written(frame: Image.Image, before: Image.Image | None, milliseconds: int) -> Iterator[bytes]:
    """Yield the bytes of a frame: all of the first one, and of others the part that has changed.

    Within that what has not changed is a color that is nowhere else there, told to be transparent: it takes less.
    """
    part, corner, said = frame, (0, 0), {"duration": milliseconds}
    if before is None:
        yield from GifImagePlugin.getheader(frame, info={"loop": 0})[0]
    else:
        apart = ImageChops.subtract_modulo(frame, before)
        box = apart.getbbox(alpha_only=False) or (0, 0, 1, 1)
        part, corner = frame.crop(box), box[:2]
        colors = part.histogram()[: len(part.getpalette() or ()) // 3]
        if 0 in colors:
            said["transparency"] = colors.index(0)
            part.paste(said["transparency"], mask=apart.crop(box).point([255, *[0] * 255], "1"))
    data = GifImagePlugin.getdata(part, corner, **said)
    yield from data
    data.clear()  # Pillow keeps the list until garbage is collected
