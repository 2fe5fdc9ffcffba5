"""Pixels that end early or cannot be unpacked, in files otherwise in due form: refused, never read as black."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from scumble.errors import ImageError
from scumble.image.files import read_picture
from scumble.image.png import chunks

from ..pictures import encoded
from .test_files_malformed import chunk, png


def refused(data) -> str:
    with pytest.raises(ImageError) as caught:
        read_picture(data)
    assert caught.value.exit_code == 3
    return caught.value.message


def noisy(mode="RGB", size=(64, 48)) -> Image.Image:
    levels = np.random.default_rng(0).integers(1, 256, (size[1], size[0], 3)).astype(np.uint8)
    return Image.fromarray(levels).convert(mode)


def streamed(data: bytes, change) -> bytes:
    """A PNG whose stream of pixels is another one, packed in due form."""
    image = io.BytesIO(data)
    parts, body = [], b""
    for kind, start, length in chunks(image):
        payload = data[start : start + length]
        body += payload if kind == b"IDAT" else b""
        parts.append((kind, payload))
    changed = change(zlib.decompress(body))
    before = [chunk(kind, payload) for kind, payload in parts if kind not in (b"IDAT", b"IEND")]
    return data[:8] + b"".join(before) + chunk(b"IDAT", changed) + chunk(b"IEND", b"")


class TestPng:
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "I;16"])
    @pytest.mark.parametrize("left", [0, 1, 20, 47, 47.5])  # rows of 48; of whole ones Pillow says nothing
    def test_a_stream_that_ends_early_in_due_form(self, mode, left):
        image = Image.new("RGB", (64, 48), (200, 90, 40)).convert(mode if mode != "I;16" else "RGB")
        if mode == "I;16":
            image = Image.fromarray(np.full((48, 64), 40_000, np.uint16))
        data = encoded(image, "PNG")
        assert read_picture(streamed(data, zlib.compress)).rgb == read_picture(data).rgb
        short = streamed(data, lambda rows: zlib.compress(rows[: int(left * len(rows) / 48)]))
        assert "pixels end early" in refused(short) or "truncated" in refused(short)

    @pytest.mark.parametrize("missing", [0, 1, 100])
    def test_interlaced(self, missing):
        sizes = [(8, 8), (1, 1), (5, 3), (1, 9)]
        for width, height in sizes:
            rows = sum(
                len(range(top, height, down)) * (1 + 3 * len(range(left, width, across)))
                for left, top, across, down in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                                                (1, 0, 2, 2), (0, 1, 1, 2)]
                if left < width and top < height
            )  # fmt: skip
            head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
            body = zlib.compress(bytes(max(0, rows - missing)))
            data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
            if missing:
                assert "end early" in refused(data) or "truncated" in refused(data)
            else:
                assert read_picture(data).rgb.size == (width, height)

    def test_a_black_picture_is_read(self):
        for mode in ("RGB", "RGBA", "L", "1"):
            assert read_picture(encoded(Image.new(mode, (30, 20)), "PNG")).rgb.getpixel((29, 19)) == (0, 0, 0)

    def test_garbage_with_right_checksums(self):
        for body in (b"garbage that is no zlib stream", zlib.compress(bytes(140))[:-6] + b"garbage"):
            assert "broken data stream" in refused(png(6, 6, body=body))

    def test_what_nobody_may_read_past(self):
        assert "nothing is known of its critical chunk 'ABCD'" in refused(
            png(2, 2, extra=chunk(b"ABCD", b""))
        )
        assert read_picture(png(2, 2, extra=chunk(b"aBCD", b""))).rgb.size == (2, 2)

    def test_what_only_iphones_read(self):
        packed = zlib.compressobj(wbits=-15)
        body = packed.compress(bytes(26)) + packed.flush()
        data = png(2, 2, extra=b"", body=body)
        data = data[:8] + chunk(b"CgBI", bytes(4)) + data[8:]
        with pytest.raises(ImageError, match=r"'image' is an iPhone \(CgBI\) PNG") as caught:
            read_picture(data)
        assert caught.value.hint.startswith("save it again")

    def test_pictures_that_pillow_opened_and_has_not_decoded(self):
        data = encoded(noisy(), "PNG")
        for change in (lambda rows: zlib.compress(rows[:-1]), lambda _: b"garbage"):
            with Image.open(io.BytesIO(streamed(data, change))) as image:
                assert "the PIL image cannot be decoded" in refused(image)
        with Image.open(io.BytesIO(encoded(noisy(), "JPEG")[:-200])) as image:
            assert "the PIL image cannot be decoded: image file is truncated" in refused(image)
        with PngImagePlugin.PngImageFile(io.BytesIO(data)) as image:
            assert read_picture(image).rgb == noisy()

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
    def test_they_are_turned_once(self, kind):
        exif = Image.Exif()
        exif[0x0112] = 6
        data = encoded(noisy(), kind, exif=exif)
        for decoded in (False, True):
            with Image.open(io.BytesIO(data)) as image:
                if decoded:
                    image.load()
                assert read_picture(image).rgb.tobytes() == read_picture(data).rgb.tobytes()

    @pytest.mark.parametrize(
        ("palette", "said"),
        [
            (b"", "it has no palette before its pixels"),
            (chunk(b"PLTE", bytes(31)), "its palette has 31 bytes"),
            (chunk(b"PLTE", b""), "its palette has 0 bytes"),
            (chunk(b"PLTE", bytes(771)), "its palette has 771 bytes"),
        ],
    )
    def test_colors_that_have_no_palette(self, palette, said):
        body = zlib.compress((bytes(5) + bytes([0, 1, 0, 1, 0])) * 4)
        assert said in refused(png(4, 8, color=3, extra=palette, body=body))
        good = png(4, 8, color=3, extra=chunk(b"PLTE", bytes(range(6))), body=body)
        assert read_picture(good).rgb.getpixel((0, 1)) == (3, 4, 5)
        late = png(4, 8, color=3, body=body).replace(chunk(b"IEND", b""), palette + chunk(b"IEND", b""))
        assert "it has no palette before its pixels" in refused(late)


class TestJpeg:
    @pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"restart_marker_rows": 1}], ids=repr)
    @pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
    def test_an_end_that_comes_early(self, mode, options):
        data = encoded(noisy(mode), "JPEG", **options)
        start = data.index(b"\xff\xda")
        for part in (0.2, 0.5, 0.8):
            cut = data[: start + round(part * (len(data) - start))] + b"\xff\xd9"
            assert "pixels end early" in refused(cut)

    def test_an_end_within_the_first_scan_of_several(self):
        data = encoded(noisy(size=(256, 256)), "JPEG", progressive=True)
        first, second = (data.index(b"\xff\xda", at) for at in (0, data.index(b"\xff\xda") + 1))
        assert "pixels end early" in refused(data[: (first + second) // 2] + b"\xff\xd9")

    @pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}], ids=repr)
    @pytest.mark.parametrize("level", [127, 128])
    def test_gray_pictures_are_read(self, options, level):
        for mode in ("RGB", "L"):
            image = noisy()
            image.paste((level, level, level), (20, 20, 64, 48))
            data = encoded(image.convert(mode), "JPEG", **options)
            with Image.open(io.BytesIO(data)) as plain:
                assert read_picture(data).rgb.tobytes() == plain.convert("RGB").tobytes()


class TestGif:
    def frames(self, image):
        """The file before its codes, and the codes."""
        data = encoded(image, "GIF")
        at = 13 + (3 << (1 + (data[10] & 7)))
        while data[at] == 0x21:
            at += 2
            while data[at]:
                at += data[at] + 1
            at += 1
        return data[: at + 10], data[at + 10 : -1]

    def test_codes_that_end_early_in_due_form(self):
        head, _ = self.frames(noisy("P"))
        codes = 256 | 5 << 9 | 257 << 18  # clear, one pixel, end
        assert "truncated" in refused(head + b"\x08\x04" + codes.to_bytes(4, "little") + b"\0;")

    def test_pictures_that_begin_and_end_with_the_first_color_are_read(self):
        image = Image.new("P", (30, 20))
        image.putpalette([10, 20, 30, 200, 100, 50])
        image.paste(1, (0, 0, 10, 10))
        for options in ({}, {"transparency": 0}, {"transparency": 1}, {"interlace": 1}):
            data = encoded(image, "GIF", **options)
            with Image.open(io.BytesIO(data)) as plain:
                assert read_picture(data).rgb.tobytes() == plain.convert("RGB").tobytes(), options
