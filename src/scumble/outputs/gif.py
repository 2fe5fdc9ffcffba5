"""GIF: a film that plays everywhere, in 256 colors."""

from collections.abc import Sequence

from PIL import Image

from scumble.outputs.base import Writer, on_white, outputs, save

SAMPLES = 16
"""Frames that the palette is made from; more make it slower and hardly better."""


@outputs("gif")
class GifWriter(Writer):
    """Write an endless film as GIF; transparency is laid on white.

    All frames share one palette, so that what stands still does not flicker. Frames that equal the one before
    are not stored twice; it is shown for longer. Times are whole hundredths of a second, at least two, as
    players slow shorter ones down.
    """

    suffixes = (".gif",)
    animated = True

    def encode(
        self, frames: Sequence[Image.Image], record: str | None = None, milliseconds: int = 100
    ) -> bytes:
        opaque = [on_white(frame) for frame in frames]
        palette = shared_palette(opaque)
        first, *rest = [frame.quantize(palette=palette) for frame in opaque]
        duration = max(20, 10 * round(milliseconds / 10))
        return save(
            first, "GIF", save_all=True, append_images=rest, duration=duration, loop=0, icc_profile=None
        )


def shared_palette(frames: Sequence[Image.Image]) -> Image.Image:
    """Return a picture whose palette suits all frames, which are mode RGB."""
    step = -(-len(frames) // SAMPLES)
    samples = [frame.copy() for frame in frames[::-1][::step]]  # from the last, the picture that counts
    for sample in samples:
        sample.thumbnail((256, 256))
    width, height = samples[0].size
    sheet = Image.new("RGB", (width, height * len(samples)))
    for number, sample in enumerate(samples):
        sheet.paste(sample, (0, height * number))
    return sheet.quantize(256, Image.Quantize.MEDIANCUT)
