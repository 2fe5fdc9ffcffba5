"""Sizes that keep the aspect, and Pillow's pictures resized to them."""

from PIL import Image


def fit(width: int, height: int, long_edge: int) -> tuple[int, int]:
    r"""Return the size with the same aspect whose longer side is `long_edge`.

    .. math:: \max(1, \lfloor s \cdot L / l + 1/2 \rfloor)

    is the shorter side, with :math:`s` and :math:`l` the given sides and :math:`L` the long edge; computed in
    integers, so exact.

    Args:
        width: pixels, at least 1.
        height: pixels, at least 1.
        long_edge: pixels, at least 1.

    Example:
        >>> fit(4000, 3000, 512)
        (512, 384)
        >>> fit(1, 20000, 512)
        (1, 512)
    """
    long, short = max(width, height), min(width, height)
    other = max(1, (2 * short * long_edge + long) // (2 * long))
    return (long_edge, other) if width >= height else (other, long_edge)


def fit_within(size: tuple[int, int], most: int) -> tuple[int, int]:
    """Return a size, or where its longer side is above `most` that of the same aspect where it is just that.

    Example:
        >>> fit_within((4000, 3000), 512), fit_within((40, 30), 512)
        ((512, 384), (40, 30))
    """
    return fit(*size, min(most, max(size)))


def resize_softly(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a picture resized so that no value lies beyond those around it: for transparency and masks.

    Sharper filters leave a rim of 4 and 251 along an edge between 0 and 255.
    """
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=3.0)


def resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a picture resized: sides that shrink by Lanczos' filter, sides that grow by bicubic.

    Args:
        image: mode RGB or L.
        size: (width, height) in pixels, each at least 1.

    Example:
        >>> resize(Image.new("RGB", (400, 300)), (200, 150)).size
        (200, 150)
    """
    shrunk = (min(image.width, size[0]), min(image.height, size[1]))
    if shrunk != image.size:
        # beyond a gap of 3 it is first averaged by a whole factor: as good, and several times as fast
        image = image.resize(shrunk, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image.resize(size, Image.Resampling.BICUBIC) if shrunk != size else image.copy()
