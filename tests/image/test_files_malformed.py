"""Damaged, hostile and odd pictures: each ends in the right picture, or in one line with exit code 3."""

import random
import struct
import tracemalloc
import zlib
from functools import cache

import pytest
from PIL import features

from scumble.errors import ImageError
from scumble.image.files import Picture, read_picture
from scumble.image.sift.jpeg import sift_jpeg
from scumble.image.sift.png import sift_png

from ..pictures import encoded, scene

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"] + (["AVIF"] if features.check("avif") else [])
LOSSLESS = ["PNG", "TIFF", "BMP"]


@cache
def whole(kind: str) -> bytes:
    return encoded(scene(), kind)


@pytest.fixture(autouse=True)
def _nothing_is_printed(capfd, caplog):
    yield
    assert caplog.get_records("call") == []
    assert capfd.readouterr() == ("", "")


def outcome(data: bytes) -> Picture | None:
    """Read bytes; a refusal must be one typed line."""
    try:
        picture = read_picture(data)
    except ImageError as error:
        check_one_line(error)
        return None
    assert picture.rgb.mode == "RGB"
    assert picture.alpha is None or (picture.alpha.mode, picture.alpha.size) == ("L", picture.rgb.size)
    return picture


def check_one_line(error: ImageError) -> None:
    assert error.exit_code == 3
    assert error.message.count("\n") == error.hint.count("\n") == 0
    assert 0 < len(error.message) < 400


def refusal(data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        read_picture(data)
    assert caught.value.exit_code == 3
    return caught.value.message


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png(width: int, height: int, *, body: bytes | None = None, extra: bytes = b"", depth=8, color=2) -> bytes:
    """A PNG from its parts; `extra` are whole chunks before the pixels."""
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    body = zlib.compress(bytes((3 * width + 1) * height)) if body is None else body
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def peak(action) -> int:
    """The most bytes that Python allocates while something is done."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class TestDamage:
    @pytest.mark.parametrize("part", [0, 1, 4, 12, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, -1])
    @pytest.mark.parametrize("kind", FORMATS)
    def test_a_cut_file_is_refused_or_whole(self, kind, part):
        data = whole(kind)
        cut = data[: round(part * len(data)) if isinstance(part, float) else part]
        picture = outcome(cut)
        assert picture is None or picture.rgb == read_picture(data).rgb

    @pytest.mark.parametrize("seed", range(22))
    @pytest.mark.parametrize("kind", FORMATS)
    def test_flipped_bits(self, kind, seed):
        random_bits = random.Random(f"{kind} {seed}")
        data = bytearray(whole(kind))
        for _ in range(1 + seed % 4):
            data[random_bits.randrange(len(data))] ^= 1 << random_bits.randrange(8)
        picture = outcome(bytes(data))
        assert picture is None or kind != "PNG" or picture.rgb == scene()  # PNG has checksums

    @pytest.mark.parametrize("value", [0x00, 0x7F, 0xFF])
    @pytest.mark.parametrize("at", range(4, 36, 4))
    @pytest.mark.parametrize("kind", FORMATS)
    def test_edited_headers(self, kind, at, value):
        data = bytearray(whole(kind))
        data[at : at + 4] = bytes([value]) * 4
        outcome(bytes(data))

    def test_a_damaged_file_says_so(self):
        assert "'image' is a damaged or unusual JPEG: " in refusal(whole("JPEG")[:-200])
        assert "'image' is a damaged PNG: its IDAT chunk is damaged or cut short" in refusal(
            whole("PNG")[:-20]
        )


class TestOddButSound:
    def test_more_samples_than_can_be_decoded(self):
        data = bytearray(whole("TIFF"))
        at = data.index(struct.pack("<HHI", 277, 3, 1))  # samples per pixel
        struct.pack_into("<H", data, at + 8, 2048)
        assert "damaged or unusual TIFF" in refusal(bytes(data))

    def test_a_directory_that_points_to_itself(self):
        data = bytearray(encoded(scene(), "TIFF"))
        at = struct.unpack_from("<I", data, 4)[0]
        entries = struct.unpack_from("<H", data, at)[0]
        struct.pack_into("<I", data, at + 2 + 12 * entries, at)  # the next directory is this one
        assert read_picture(bytes(data)).rgb == scene()

    def test_sub_directories_that_point_to_themselves(self):
        tags = [
            (256, 4, 1, 2),
            (257, 4, 1, 2),
            (330, 4, 1, 8),
            (34665, 4, 1, 8),
            (273, 4, 1, 8),
            (279, 4, 1, 4),
        ]
        body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        outcome(b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", 8))

    def test_what_pillow_warns_of_is_read_in_silence(self):
        picture = read_picture(png(2, 2, extra=chunk(b"acTL", bytes(8))))  # an animation of no frames
        assert picture.rgb.size == (2, 2)

    def test_trailing_bytes_are_not_read(self):
        assert read_picture(whole("PNG") + b"PK\x03\x04" + b"payload" * 100).rgb == scene()


class TestBombs:
    def test_a_flat_picture_of_900_megapixels(self):
        assert refusal(png(30_000, 30_000, body=b"")) == (
            "'image' is 30000 x 30000 pixels (900.0 million); allowed are 16384 a side and 100.0 million in all"
        )

    def test_too_long_a_side(self):
        assert "1 x 20000 pixels" in refusal(png(1, 20_000))

    @pytest.mark.parametrize(
        "data",
        [
            b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 30000, 30000, 1, 24, 0, 0, 1, 1, 0, 0),
            b"GIF89a"
            + struct.pack("<HHBBB", 60000, 60000, 0, 0, 0)
            + b","
            + struct.pack("<HHHHB", 0, 0, 60000, 60000, 0)
            + b"\x08\x01\x00\x00;",
            b"\xff\xd8\xff\xc0\x00\x0b\x08"
            + struct.pack(">HH", 60000, 60000)
            + b"\x01\x01\x11\x00\xff\xda\x00\x08"
            b"\x01\x01\x00\x00\x3f\x00\xff\xd9",
        ],
        ids=["BMP", "GIF", "JPEG"],
    )
    def test_sizes_are_checked_before_anything_is_decoded(self, data):
        assert "allowed are 16384 a side" in refusal(data)

    def test_huge_tiles_in_a_small_tiff(self):
        tags = [
            (256, 4, 1, 9),
            (257, 4, 1, 9),
            (258, 3, 1, 8),
            (259, 3, 1, 5),
            (262, 3, 1, 1),
            (322, 4, 1, 60000),
        ]
        tags += [(323, 4, 1, 60000), (324, 4, 1, 8), (325, 4, 1, 4)]
        body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + bytes(4)
        assert "'a tile of image' is 60000 x 60000 pixels" in refusal(data)

    def test_50_megabytes_of_text(self):
        assert "bytes of text; 4194304 are allowed" in refusal(
            png(2, 2, extra=chunk(b"tEXt", b"a\0" + bytes(50 << 20)))
        )

    def test_text_that_unpacks_to_much_more(self):
        packed = zlib.compress(bytes(50 << 20), 9)
        for keyword in (b"a", b"Raw profile type exif", b"XML:com.adobe.xmp"):
            data = png(2, 2, extra=chunk(b"zTXt", keyword + b"\0\0" + packed) * 20)
            assert peak(lambda data=data: read_picture(data)) < 8 << 20

    def test_a_profile_that_unpacks_to_much_more(self):
        packed = zlib.compress(bytes(50 << 20), 9)
        picture = read_picture(png(2, 2, extra=chunk(b"iCCP", b"a\0\0" + packed)))
        assert picture.notes == ("color profile damaged or too long, ignored",)

    def test_endless_chunks(self):
        for kind in (b"teXt", b"iCCP", b"IDAT"):
            data = png(2, 2, extra=chunk(kind, b"") * 80_000)
            assert "is a damaged PNG: more than 20234 chunks" in refusal(data)
        assert read_picture(png(2, 2, extra=chunk(b"teXt", bytes(2048)) * 30_000)).rgb.size == (2, 2)

    def test_many_profiles(self):
        profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1 << 20), 9))
        data = png(2, 2, extra=profile * 700)
        assert read_picture(data).notes == ("color profile damaged, ignored",)
        assert peak(lambda: read_picture(data)) < 8 << 20

    def test_endless_parts_of_a_jpeg(self):
        data = whole("JPEG")
        assert "a JPEG of more than 5000 parts" in refusal(data[:2] + b"\xff\xe5\0\2" * 10_000 + data[2:])
        assert "a JPEG of more than 5000 parts" in refusal(data[:-2] + b"\xff\xfe\0\2" * 10_000 + data[-2:])

    @pytest.mark.parametrize("filling", [b"\xff", b"\0", b"\xff\0"], ids=repr)
    def test_what_lies_between_the_parts_of_a_jpeg_is_passed_over_at_once(self, filling):
        data = whole("JPEG")
        stuffed = data[:20] + filling * 1_000_000 + data[20:]
        assert len(sift_jpeg("image", stuffed, lambda *_: None).data) <= len(data)
        assert read_picture(stuffed).rgb == read_picture(data).rgb

    def test_nothing_that_is_no_pixel_reaches_a_decoder(self):
        extra = (
            chunk(b"tEXt", b"scumble\0{}")
            + chunk(b"acTL", struct.pack(">II", 9, 0))
            + chunk(b"eXIf", b"II*\0")
        )
        assert sift_png("image", png(2, 2, extra=extra), lambda *_: None).data == png(2, 2)
        data = whole("JPEG")
        stuffed = data[:20] + b"\xff\xe1\0\x0aExif\0\0II\xff\xfe\0\4hi" + data[20:]
        assert sift_jpeg("image", stuffed, lambda *_: None).data == data

    @pytest.mark.parametrize(
        "kind", [b"!\xfe" + b"\1a" * 30_000 + b"\0", b"!\xfe\0" * 30_000], ids=["parts", "extensions"]
    )
    def test_endless_blocks_of_a_gif(self, kind):
        data = whole("GIF")
        assert "is a GIF of more blocks than" in refusal(data[:13] + data[13:781] + kind + data[781:])

    def test_runs_that_are_unpacked_one_by_one(self):
        head = struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, 1000, 1000, 1, 8, 1, 0, 1, 1, 0, 0)
        assert "a BMP of 2000054 bytes of runs; 1048576 are allowed" in refusal(
            b"BM" + head + b"\1\0" * 1_000_000
        )

    def test_a_webp_whose_canvas_is_far_larger_than_its_picture(self):
        head = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\0" * 2
        body = b"WEBP" + head + whole("WEBP")[12:]
        assert "16384 x 16384 pixels" in refusal(b"RIFF" + struct.pack("<I", len(body)) + body)

    def test_10000_frames(self):
        frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
        data = (
            b"GIF89a"
            + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0)
            + b"\x10\x20\x30\xff\xff\xff"
            + frame * 10_000
            + b";"
        )
        picture = read_picture(data)
        assert picture.rgb.getpixel((0, 0)) == (16, 32, 48)
        assert "first of several frames" in picture.notes

    def test_endless_scans(self):
        data = encoded(scene(), "JPEG", progressive=True)
        scan = data[data.rindex(b"\xff\xda") : -2]
        assert "JPEG of 10" in refusal(data[:-2] + scan * 1000 + data[-2:])

    def test_a_thousand_pages_each_naming_the_next(self):
        page = struct.pack("<HHHII", 1, 256, 4, 1, 1)
        pages = b"".join(page + struct.pack("<I", 8 + 18 * (number + 1)) for number in range(1000))
        assert outcome(b"II*\0" + struct.pack("<I", 8) + pages) is None


LIARS = {
    "an SVG drawing": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "a video playlist (m3u8)": b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n",
    "an MP4 or QuickTime video": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(64),
    "a Matroska or WebM video": b"\x1aE\xdf\xa3" + bytes(64),
    "an AVI video": b"RIFF\x24\0\0\0AVI LIST" + bytes(64),
    "a PDF document": b"%PDF-1.7\n",
    "a PostScript drawing (EPS)": b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n",
    "a Photoshop document (PSD)": b"8BPS\0\1" + bytes(64),
    "a ZIP archive or an office document": b"PK\x03\x04" + bytes(64),
    "a web page": b"<!DOCTYPE html><html><body>404</body></html>",
    "a Git LFS pointer, not the picture itself": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
    "a text file": "Grüße\n".encode(),
    "nothing but zeros": bytes(5000),
    "of no known format": b"\x91\xfe\x03\x80" * 40,
    "a JPEG XL picture": b"\xff\x0a" + bytes(40),
    "a program": b"\x7fELF" + bytes(60),
    "a camera raw file": b"IIRO\x08\0\0\0" + bytes(60),
}


class TestLiars:
    @pytest.mark.parametrize(("kind", "data"), LIARS.items(), ids=LIARS)
    @pytest.mark.parametrize("name", ["photo.png", "photo.jpg"])
    def test_content_counts_not_the_name(self, tmp_path, kind, data, name):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(ImageError, match="allowed are JPEG, PNG, WebP, AVIF, TIFF, BMP") as caught:
            read_picture(path)
        assert caught.value.message.startswith(f"{name!r} is {kind}; ")
        assert caught.value.exit_code == 3

    @pytest.mark.parametrize("kind", FORMATS)
    def test_a_picture_under_another_name_is_read(self, tmp_path, kind):
        path = tmp_path / "picture.txt"
        path.write_bytes(whole(kind))
        assert read_picture(path).rgb.size == (30, 20)

    def test_a_picture_that_is_a_script_as_well(self):
        data = whole("GIF")[:-1] + b"!\xfe\x18<script>alert(1)</script>\0;"
        assert read_picture(data).rgb == read_picture(whole("GIF")).rgb

    def test_formats_that_pillow_reads_and_scumble_does_not(self):
        for kind in ("PPM", "TGA", "PCX", "ICO", "SGI"):
            assert "allowed are JPEG" in refusal(encoded(scene(), kind))
