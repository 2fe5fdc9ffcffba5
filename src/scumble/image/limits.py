"""How large a picture may be, checked before anything is decoded."""

from scumble.errors import ImageError


def check_size(name: str, width: int, height: int, max_side: int, max_pixels: int) -> None:
    """Raise `ImageError` unless a picture of this size may be read."""
    if width < 1 or height < 1:
        raise ImageError(f"{name!r} is {width} x {height} pixels; both sides must have at least 1")
    if max(width, height) > max_side or width * height > max_pixels:
        raise ImageError(
            f"{name!r} is {width} x {height} pixels ({width * height / 1e6:.1f} million); allowed are "
            f"{max_side} a side and {max_pixels / 1e6:.1f} million in all",
            "make the picture smaller first, or read it with a larger max_side and max_pixels",
        )
