"""From every kind of pixel that Pillow knows to 8-bit RGB, with transparency kept aside."""

import numpy as np
from PIL import Image, ImageChops, ImageCms, TiffImagePlugin

from scumble.errors import ImageError
from scumble.image.arrays import eight_bits
from scumble.image.exif import orientation_in
from scumble.image.profile import SPACES, to_srgb

ORIENTATION = 0x0112
ASIDE = "transparency kept aside"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WORDS = {"1": "1-bit black and white", "L": "grey", "P": "palette", "CMYK": "CMYK", "LAB": "Lab"}


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1, upright, where there is none or it cannot be read.

    Args:
        image: decoded, or a TIFF; Pillow decodes others to answer, and an error would be lost.
    """
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # Pillow parses whatever the file holds, and raises whatever that leads to
        return 1
    return value if value in _TURNS else 1


def stated(image: Image.Image) -> int:
    """Return the orientation that EXIF and XMP of a file state, 1 to 8; Pillow would read all else in them, too."""
    exif, xmp = (image.info.get(name) for name in ("exif", "xmp"))
    return orientation_in(*(text if isinstance(text, bytes) else b"" for text in (exif, xmp)))


def turned_by(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture turned and mirrored as an EXIF orientation says."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image, name: str) -> tuple[Image.Image, Image.Image | None, tuple[str, ...]]:
    """Convert a picture to 8-bit sRGB.

    Args:
        image: in any of Pillow's modes.
        name: what it is called in messages.

    Returns:
        The picture in mode RGB; its transparency in mode L, or None where it is opaque; and what was done, in
        words.

    Raises:
        ImageError: it holds values that are not finite, or its mode is unknown.
    """
    profile = image.info.get("icc_profile")
    color, alpha = _split_alpha(image)
    notes = []
    if alpha is not None:
        notes.append(ASIDE)
    if color.mode[0] in "IF":
        color, note = _from_deep(color, name)
        color = (
            ImageChops.invert(color) if _is_negative(image) else color
        )  # of fewer bits, Pillow has done it
        notes.append(note)
    elif color.mode != "RGB":
        notes.append(f"{_WORDS.get(color.mode, color.mode)} converted to RGB")
    if color.mode not in SPACES:
        color = color.convert("L" if color.mode == "1" else "RGB")
    if profile:
        color, note = to_srgb(color, profile)
        notes += [note] if note else []
    if color.mode == "LAB":
        color = (
            ImageCms.profileToProfile(
                color, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or color
        )
    rgb = color.convert("RGB")
    rgb.info = {}  # location and camera stay behind
    return rgb, alpha, tuple(notes)


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return a picture's colors without, and its alpha channel, or None where it is opaque."""
    if image.mode in ("La", "RGBa"):  # multiplied by their alpha
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    if "transparency" in image.info and image.mode in ("1", "L", "P", "RGB"):
        image = image.convert("LA" if image.mode in ("1", "L") else "RGBA")
    if "transparency" in image.info and image.mode.startswith("I;16"):  # one level that is clear
        clear = np.asarray(image) == image.info["transparency"]
        return image, Image.fromarray(np.where(clear, 0, 255).astype(np.uint8)) if clear.any() else None
    if image.mode == "PA":
        image = image.convert("RGBA")
    if image.mode not in ("LA", "RGBA"):
        return image, None
    alpha = image.getchannel("A")
    color = image.convert("L" if image.mode == "LA" else "RGB")
    return color, None if alpha.getextrema() == (255, 255) else alpha


def _is_negative(image: Image.Image) -> bool:
    """Whether a TIFF says that its white is zero."""
    photometric = TiffImagePlugin.PHOTOMETRIC_INTERPRETATION
    return isinstance(image, TiffImagePlugin.TiffImageFile) and image.tag_v2.get(photometric) == 0


def _from_deep(image: Image.Image, name: str) -> tuple[Image.Image, str]:
    """Convert grey of 16 or 32 bits, or of floats, to 8 bits.

    Floats in [0, 1] are scaled by 255, integers up to 255 kept, integers up to 65535 divided by 257, and
    all others stretched so that their own range becomes 0 to 255.
    """
    values = np.asarray(image)
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):  # NaN wins every comparison
        raise ImageError(f"{name!r} holds values that are not finite; a picture is made of finite numbers")
    if image.mode.startswith("I;16"):
        return Image.fromarray(eight_bits(values)), "16-bit grey converted to 8-bit RGB"
    kind = "float" if image.mode == "F" else "32-bit integer"
    if low >= 0 and high <= 1 and image.mode == "F":
        scale, said = 255.0, "0 to 1"
    elif low >= 0 and high <= 65535 and image.mode == "I":
        scale, said = (1.0, "0 to 255") if high <= 255 else (255 / 65535, "0 to 65535")
    else:
        scale, said = 255 / max(float(high) - float(low), 1e-30), f"its range {low:.6g} to {high:.6g}"
        values = values.astype(np.float64) - float(low)
    levels = np.floor(values * scale + 0.5).clip(0, 255).astype(np.uint8)
    return Image.fromarray(levels), f"{kind} grey, {said}, converted to 8-bit RGB"
