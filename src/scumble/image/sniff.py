"""What a file is, told from its first bytes; its name is never trusted."""

from codecs import getincrementaldecoder
from importlib.util import find_spec

from scumble.errors import ImageError

HEAD = 4096
"""How many bytes `sniff` wants to see."""

READABLE = ("JPEG", "PNG", "WebP", "AVIF", "TIFF", "BMP", "GIF", "HEIC")
"""The formats that are read, as `sniff` calls them."""

RAW = "a camera raw file"
DEVELOP = "develop it with a raw converter and save it as JPEG or TIFF"

_STARTS = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0\x10\0\0\0CR", RAW),  # Canon
    (b"II\x1a\0\0\0HEAPCCDR", RAW),
    (b"IIRO", RAW),  # Olympus
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\0", RAW),  # Panasonic
    (b"\0MRM", RAW),  # Minolta
    (b"FOVb", RAW),  # Sigma
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
    (b"FUJIFILMCCD-RAW", RAW),
    (b"8BPS", "a Photoshop document (PSD)"),
    (b"%!PS", "a PostScript drawing (EPS)"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript drawing (EPS)"),
    (b"%PDF", "a PDF document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"\0\0\x01\0", "a Windows icon"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"\0\0\x01\xba", "an MPEG video"),
    (b"FLV\x01", "a Flash video"),
    (b"#EXTM3U", "a video playlist (m3u8)"),
    (b"version https://git-lfs", "a Git LFS pointer, not the picture itself"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


def readable() -> str:
    """Return the formats that can be read here, in words, such as "JPEG, PNG, WebP and GIF"."""
    here = [kind for kind in READABLE if kind != "HEIC" or find_spec("pillow_heif")]
    return f"{', '.join(here[:-1])} and {here[-1]}"


def sniff(head: bytes) -> str:
    """Return the format of a file that begins with `head`.

    Returns:
        One of `READABLE`, or words for what else it seems to be.

    Example:
        >>> sniff(b"\\x89PNG\\r\\n\\x1a\\n...")
        'PNG'
        >>> sniff(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
        'an SVG drawing'
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "an AVI video"}.get(head[8:12], "a sound file")
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    return _sniff_text(head)


def require_readable(head: bytes, name: str) -> str:
    """Return the format of a file from its first bytes.

    Raises:
        ImageError: it is not among the formats that are read.
    """
    if not head:
        raise ImageError(f"{name!r} is empty; a picture is {readable()}")
    kind = sniff(head)
    if kind not in READABLE:
        hint = DEVELOP if kind == RAW else "save it as PNG with another program"
        raise ImageError(f"{name!r} is {kind}; allowed are {readable()}", hint)
    return kind


def _sniff_boxes(head: bytes) -> str:
    """Tell AVIF, HEIC and video apart, which share one container."""
    length = int.from_bytes(head[:4], "big")
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, min(length, len(head)), 4)}
    if b"crx " in brands:
        return RAW
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}:
        return "HEIC"
    return "an MP4 or QuickTime video"


def _sniff_text(head: bytes) -> str:
    """Tell kinds of text from each other and from binary data."""
    if not head.strip(b"\0"):
        return "nothing but zeros"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "a text file"
    lower = head.lower()
    if b"<svg" in lower and b"\0" not in head:
        return "an SVG drawing"
    if b"<html" in lower or b"<!doctype html" in lower:
        return "a web page"
    if b"\0" not in head and _decodes(head):
        return "a text file"
    return "of no known format"


def _decodes(head: bytes) -> bool:
    try:
        getincrementaldecoder("utf-8")().decode(head)  # a character cut in two at the end is no error
    except UnicodeDecodeError:
        return False
    return True
