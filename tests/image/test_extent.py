"""Files that are longer than their pictures: refused by their heads, and read no more than once."""

import io
import os
import struct
import tracemalloc

import pytest
from PIL import Image, features

from scumble.errors import ImageError
from scumble.image.extent import BYTES_A_PIXEL, check_length
from scumble.image.files import MAX_BYTES, MAX_PIXELS, MAX_SIDE, read_picture
from scumble.image.sift import SPARE
from scumble.image.sift.jpeg import sift_jpeg

from ..pictures import encoded, scene

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"] + (["AVIF"] if features.check("avif") else [])
ENDS = [kind for kind in FORMATS if kind in ("PNG", "WEBP")]  # which say where they end
CALLED = {"WEBP": "WebP"}


def allowed(kind, pixels):
    return SPARE + BYTES_A_PIXEL[CALLED.get(kind, kind)] * pixels


def check(data, length):
    """Check a file of some bytes as if it were longer."""
    check_length("long", io.BytesIO(data), length, MAX_SIDE, MAX_PIXELS)


def refused(action, *arguments):
    with pytest.raises(ImageError) as caught:
        action(*arguments)
    assert caught.value.exit_code == 3
    return caught.value.message


@pytest.mark.parametrize("kind", FORMATS)
def test_the_length_that_a_header_allows(kind):
    data, most = encoded(scene(), kind), allowed(kind, 600)  # 30 x 20 pixels
    check(data, SPARE)
    if kind not in ENDS:
        check(data, most)
    said = f"'long' has {most + 1:,} bytes; {CALLED.get(kind, kind)} of 600 pixels may have {most:,}"
    assert refused(check, data, most + 1) == said


@pytest.mark.parametrize("kind", FORMATS)
def test_a_long_file_is_refused_by_its_head(kind, tmp_path):
    path = tmp_path / "long"
    path.write_bytes(encoded(scene(), kind))
    for length in (400_000_000, MAX_BYTES, MAX_BYTES + 1):
        os.truncate(path, length)  # a hole: takes no space
        tracemalloc.start()
        message = refused(read_picture, path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert message.startswith(f"'long' has {length:,} bytes; {CALLED.get(kind, kind)} of ")
        assert peak < 4 << 20


def test_a_file_without_a_header_may_have_no_pixels():
    for start in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"\0\0\0\x1cftypavif"):
        assert " of 0 pixels may have 67,108,864" in refused(check, start, SPARE + 1)


def test_a_header_of_too_many_pixels_is_refused_before_the_file_is_read():
    data = bytearray(encoded(scene(), "PNG"))
    struct.pack_into(">II", data, 16, 30_000, 30_000)
    assert "'long' is 30000 x 30000 pixels (900.0 million)" in refused(check, data, SPARE + 1)


def test_the_header_of_a_jpeg_behind_much_that_is_none():
    data = encoded(scene(), "JPEG")
    behind = data[:2] + (b"\xff\xff\xe5\xff\xff" + bytes(65533)) * 100 + data[2:]
    check(behind, allowed("JPEG", 600))
    assert "JPEG of 600 pixels" in refused(check, behind, allowed("JPEG", 600) + 1)


def test_the_pages_of_a_tiff_count_together():
    file = io.BytesIO()
    scene().save(file, "TIFF", save_all=True, append_images=[scene(), Image.new("L", (7, 10))])
    check(file.getvalue(), allowed("TIFF", 1270))
    assert "TIFF of 1,270 pixels" in refused(check, file.getvalue(), allowed("TIFF", 1270) + 1)


@pytest.mark.parametrize("kind", ENDS)
def test_much_behind_the_end(kind):
    data = encoded(scene(), kind)
    assert "bytes behind the end of its picture; 67,108,864 are allowed" in refused(
        check, data, len(data) + SPARE + 1
    )
    check(data, len(data) + SPARE)


def test_what_is_behind_the_end_of_a_jpeg_is_left():
    data = encoded(scene(), "JPEG")
    sifted = sift_jpeg("a", data + b"more" * 100, lambda *_: None)
    assert sifted.data == data
    assert sift_jpeg("a", data, lambda *_: None).data is data  # not a copy
    assert read_picture(data + b"more" * 100).rgb == read_picture(data).rgb


def test_a_file_is_read_once(tmp_path):
    path = tmp_path / "photo.bmp"
    Image.effect_noise((1200, 1000), 50).convert("RGB").save(path)
    read_picture(path)
    tracemalloc.start()
    read_picture(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.2 * path.stat().st_size
