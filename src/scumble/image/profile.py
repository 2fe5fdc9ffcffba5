"""Color profiles: from any of them to sRGB."""

import io
from functools import cache

from PIL import Image, ImageCms

from scumble.image.icc import sifted

MAX_PROFILE = 4 << 20
"""Bytes; the profiles of printers have up to three million."""

SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK", "LAB": "Lab"}
"""The profile's name for the color space of each of Pillow's modes that may have one."""


@cache
def srgb_profile() -> bytes:
    """Return the sRGB profile to embed, the same bytes every time."""
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = b"".join(value.to_bytes(2, "big") for value in (2020, 1, 1, 0, 0, 0))
    return made[:24] + date + made[36:]  # the creation date, at 24, would be now


def to_srgb(image: Image.Image, profile: bytes) -> tuple[Image.Image, str]:
    """Convert a picture to sRGB by its color profile.

    A picture that the profile changes by at most one level is left as it is: it is sRGB already.

    Args:
        image: mode RGB, L, CMYK or LAB.
        profile: an ICC profile.

    Returns:
        The picture in mode RGB, or unchanged where the profile cannot be used; and a note, empty where
        there is nothing to say.
    """
    if len(profile) > MAX_PROFILE:
        return image, f"color profile of {len(profile)} bytes ignored; {MAX_PROFILE} are allowed"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(sifted(profile)))
        space = source.profile.xcolor_space.strip()
        if space != SPACES[image.mode]:
            return image, f"color profile ignored: it is for {space!r}, the picture is {image.mode}"
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if image.mode in ("RGB", "L") and _changes_nothing(transform, image.mode):
            return image, ""
        return ImageCms.applyTransform(image, transform) or image, "color profile converted to sRGB"
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image, "color profile damaged, ignored"


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether a transform moves no color of a grid by more than one level of 255."""
    levels = range(0, 256, 15)  # 18 of them, both ends among them
    grid = bytes(level for r in levels for g in levels for b in levels for level in (r, g, b))
    probe = Image.frombytes("RGB", (18 * 18, 18), grid)
    if mode == "L":
        probe = Image.frombytes("L", (256, 1), bytes(range(256)))
    after = ImageCms.applyTransform(probe, transform)
    before, moved = probe.convert("RGB").tobytes(), after.tobytes() if after else b""
    return all(abs(a - b) <= 1 for a, b in zip(before, moved, strict=True))
