"""What of a style is found again elsewhere in it, and what are its figures."""

from collections.abc import Sequence
from typing import Any

from PIL import Image

from scumble.backbones.shelf import LAST
from scumble.image.files import Picture, read_picture
from scumble.image.resize import fit, resize, resize_softly
from scumble.image.tensors import to_picture
from scumble.image.visible import visible
from scumble.look.pairing import EDGE, side_by_side, stacked
from scumble.look.seeing import NETWORK, options_of
from scumble.machine.device import choose_device
from scumble.machine.guest import as_guest
from scumble.regions.repetition import repetition_in

DARK = 0.2  # what is left of the lightness of a figure


def figures(styles: Any, /, **options: Any) -> Image.Image:
    """Return a figure of styles, each beside itself with its figures dark: what `figures=0` does not paint.

    Args:
        styles: path, bytes, Pillow picture, NumPy array or tensor, or a list of them.
        options: `backbone`, `pooling`, `input`, `device`, `threads`, as of `scumble.stylize`.

    Raises:
        ScumbleError: a picture or an option that will not do, or weights that are not here.

    Example:
        >>> figures(Image.new("RGB", (64, 48), "teal")).width
        776
    """
    given = options_of(options, NETWORK)
    several: Sequence[Any] = styles if isinstance(styles, list | tuple) else [styles]
    pictures = [visible(read_picture(one)) for one in several]
    with as_guest(given.threads):
        backbone = LAST.take(given, choose_device(given.device))
        weights = [to_picture(repetition_in(one, backbone).expand(1, 3, -1, -1)) for one in pictures]
    return stacked([row(one, weight) for one, weight in zip(pictures, weights, strict=True)])


def row(picture: Picture, weight: Image.Image) -> Image.Image:
    """Return a picture beside itself, dark where its weight is low."""
    small = resize(picture.rgb, fit(picture.width, picture.height, EDGE))
    mask = resize_softly(weight.convert("L"), small.size)
    return side_by_side(small, Image.composite(small, small.point(lambda value: round(DARK * value)), mask))
