"""TIFF: which page is read, what is refused for being none, and that white may be zero."""

import io
import struct
import threading
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, features

from scumble.errors import ImageError
from scumble.image.files import read_picture
from scumble.image.quiet import quiet

from ...pictures import encoded, scene

PREVIEW, FULL, MASK = {254: 1}, {254: 0}, {254: 4}
RAW = [{50706: 1}, {262: 32803}, {262: 34892}, {259: 34713}, {259: 32767}, {259: 65535}]


def refused(data) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_picture(data)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message + caught.value.hint
    return caught.value


def tiff(*pages, big=False, order="<"):
    """A file of gray pages, each of a level, with further tags, and directories below it."""
    number, entry, word, size = ("Q", "HHQQ", "Q", 8) if big else ("H", "HHII", "I", 4)
    start = b"II" if order == "<" else b"MM"
    body = (
        start
        + struct.pack(order + "H", 43 if big else 42)
        + (struct.pack(order + "HH", 8, 0) if big else b"")
    )

    def directory(level, side, more, below, following):
        nonlocal body
        inner = [directory(level, side, more, [], False) for level, side, more in below]
        pixels, body = len(body), body + bytes([level]) * side * side
        tags = {
            256: side,
            257: side,
            258: 8,
            259: 1,
            262: 1,
            273: pixels,
            277: 1,
            278: side,
            279: side * side,
            **more,
        }
        tags |= {330: inner[0]} if inner else {}
        here = len(body)
        last = here + struct.calcsize("=" + number) + len(tags) * struct.calcsize("=" + entry)
        body += struct.pack(order + number, len(tags))
        body += b"".join(
            struct.pack(order + entry, tag, 16 if big else 4, 1, value) for tag, value in sorted(tags.items())
        )
        body += struct.pack(order + word, last + size if following else 0)
        return here

    at = len(body)
    body += bytes(size)
    firsts, joint = [], 0
    for index, (level, side, more, *below) in enumerate(pages):
        firsts.append(directory(level, side, more, below, False))
        if index:
            body = body[:joint] + struct.pack(order + word, firsts[-1]) + body[joint + size :]
        joint = len(body) - size
    return body[:at] + struct.pack(order + word, firsts[0]) + body[at + size :]


@pytest.mark.parametrize(("big", "order"), [(False, "<"), (False, ">"), (True, "<")])
class TestPages:
    def test_the_first_page_is_read(self, big, order):
        picture = read_picture(tiff((90, 9, {}), (200, 30, {}), big=big, order=order))
        assert picture.rgb.getpixel((0, 0)) == (90, 90, 90)
        assert picture.notes == ("first of several frames", "grey converted to RGB")

    @pytest.mark.parametrize("kind", [PREVIEW, MASK, {255: 2}], ids=repr)
    def test_a_preview_is_passed_over(self, big, order, kind):
        picture = read_picture(tiff((90, 9, kind), (200, 30, FULL), (10, 3, FULL), big=big, order=order))
        assert (picture.rgb.size, picture.rgb.getpixel((0, 0))) == ((30, 30), (200, 200, 200))
        assert picture.notes[0] == "the preview before it left out"

    def test_a_preview_that_is_all_there_is_is_read(self, big, order):
        assert read_picture(tiff((90, 9, PREVIEW), big=big, order=order)).rgb.size == (9, 9)

    def test_a_preview_below_the_page_is_left_out(self, big, order):
        picture = read_picture(tiff((90, 9, {}, (200, 30, PREVIEW)), big=big, order=order))
        assert picture.rgb.size == (9, 9)

    def test_a_full_page_where_it_is_not_looked_for(self, big, order):
        error = refused(tiff((90, 9, PREVIEW, (200, 30, FULL)), big=big, order=order))
        assert "is a TIFF whose pages are previews" in error.message

    @pytest.mark.parametrize("mark", RAW, ids=repr)
    @pytest.mark.parametrize("below", [False, True])
    def test_camera_raw_files_are_refused_with_a_remedy(self, big, order, mark, below):
        page = (90, 9, PREVIEW, (200, 30, mark)) if below else (90, 9, mark)
        error = refused(tiff(page, big=big, order=order))
        assert "'image' is a camera raw file; without being developed" in error.message
        assert error.hint == "develop it with a raw converter and save it as JPEG or TIFF"


class TestBudgets:
    def test_many_entries(self):
        data = tiff((90, 9, dict.fromkeys(range(400, 1500), 0)))
        assert "a directory of 1109 entries; 1000 are allowed" in refused(data).message

    def test_many_entries_of_exif(self):
        data = tiff((90, 9, {34665: 8}))
        at = len(data)
        pointer = data.index(struct.pack("<HHI", 34665, 4, 1)) + 8
        data = data[:pointer] + struct.pack("<I", at) + data[pointer + 4 :] + struct.pack("<H", 65535)
        assert "a directory of 65535 entries" in refused(data).message

    def test_many_numbers(self):
        data = tiff((90, 9, {}))
        at = data.index(struct.pack("<HHI", 273, 4, 1))
        data = data[:at] + struct.pack("<HHI", 273, 4, 5_000_000) + data[at + 8 :]
        assert "a page described by 5000008 numbers; 250000 are allowed" in refused(data).message

    def test_many_pages(self):
        pages = b"".join(
            struct.pack("<HHHIII", 1, 256, 4, 1, 9, 8 + 18 * (number + 1)) for number in range(2000)
        )
        assert "more than 1000 directories" in refused(b"II*\0\x08\0\0\0" + pages).message

    def test_pieces_that_are_missing(self):
        whole = tiff((90, 9, {278: 9}))
        assert read_picture(whole).rgb.size == (9, 9)
        assert "1 of 3 pieces of its page are there" in refused(tiff((90, 9, {278: 3}))).message
        assert (
            "0 of 1 pieces"
            in refused(whole.replace(struct.pack("<HH", 273, 4), struct.pack("<HH", 271, 4))).message
        )


class TestWhiteIsZero:
    @pytest.mark.parametrize("kind", ["L", "I;16", "F"])
    @pytest.mark.parametrize("decoded", [False, True])
    def test_each_depth_is_read_alike(self, kind, decoded):
        levels = np.arange(256).reshape(16, 16)
        values: Any = {
            "L": levels.astype(np.uint8), "I;16": (levels * 257).astype(np.uint16),
            "F": (levels / 255).astype(np.float32),
        }[kind]  # fmt: skip
        black_is_zero = encoded(Image.fromarray(values), "TIFF")
        at = black_is_zero.index(struct.pack("<HHI", 262, 3, 1)) + 8
        data = black_is_zero[:at] + bytes(2) + black_is_zero[at + 2 :]
        with Image.open(io.BytesIO(data)) as image:
            picture = read_picture(image if decoded else data)
        assert np.array_equal(np.asarray(picture.rgb)[..., 0], 255 - levels)
        assert np.array_equal(np.asarray(read_picture(black_is_zero).rgb)[..., 0], levels)


class TestSilence:
    @pytest.fixture
    def damaged(self):
        if not features.check("libtiff"):
            pytest.skip("Pillow has no libtiff here")
        data = bytearray(encoded(scene(), "TIFF", compression="tiff_lzw"))
        at = data.index(struct.pack("<HHI", 273, 4, 1)) + 8
        start = struct.unpack_from("<I", data, at)[0]
        data[start : start + 200] = b"\xff" * 200
        return bytes(data)

    def test_libtiff_says_nothing_on_stderr(self, damaged, capfd):
        assert "damaged or unusual TIFF" in refused(damaged).message
        assert capfd.readouterr() == ("", "")

    def test_it_says_to_others_what_it_said_before(self, damaged, capfd):
        refused(damaged)
        with (
            pytest.raises(OSError, match="decoder error"),
            TiffImagePlugin.TiffImageFile(io.BytesIO(damaged)) as image,
        ):
            image.load()
        assert capfd.readouterr().err != ""

    def test_lines_of_others_are_not_lost(self, capfd):
        with quiet():
            thread = threading.Thread(target=lambda: print("ours", flush=True))
            thread.start()
            thread.join()
        assert capfd.readouterr().out == "ours\n"


class TestTiles:
    def tiled(self, wide, high, **tags):
        """A page of 16 x 16 pixels in tiles that all lie in one place."""
        packed = zlib.compress(bytes([7]) * (wide * high))
        more = {259: 8, 322: wide, 323: high, 324: 0, 325: len(packed)} | {
            int(t[1:]): v for t, v in tags.items()
        }
        place = len(tiff((9, 16, more)))
        return tiff((9, 16, more | {324: place})) + packed

    @pytest.mark.parametrize("tile", [(16, 16), (256, 256), (1024, 1024), (2048, 4096)])
    def test_a_tile_may_be_larger_than_a_small_picture(self, tile):
        picture = read_picture(self.tiled(*tile))
        assert picture.rgb.size == (16, 16)
        assert picture.rgb.getextrema() == ((7, 7),) * 3

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ((4096, 4096, {}), "1 tile of 4096 x 4096 pixels for 16 x 16"),
            ((16, 16384, {"t256": 8192}), "512 tiles of 16 x 16384 pixels for 8192 x 16"),
            ((16384, 512, {"t257": 1024}), "2 tiles of 16384 x 512 pixels for 16 x 1024"),
        ],
    )
    def test_tiles_far_beyond_the_picture(self, data, said):
        wide, high, size = data
        error = refused(self.tiled(wide, high, **size))
        assert (
            f"'image' is a TIFF with {said}; allowed are 4 times the picture's own pixels and 8 million"
            == error.message
        )
        assert error.hint == "save it again with another program"

    def test_a_size_with_a_sign_is_one_too(self):
        data = bytearray(self.tiled(4096, 4096))
        for tag in (322, 323):
            at = data.index(struct.pack("<HHI", tag, 4, 1))
            struct.pack_into("<HH", data, at, tag, 9)
        assert "1 tile of 4096 x 4096 pixels" in refused(bytes(data)).message

    def test_a_size_that_is_no_whole_number(self):
        data = bytearray(self.tiled(4096, 4096))
        struct.pack_into("<HH", data, data.index(struct.pack("<HHI", 322, 4, 1)), 322, 11)
        assert "'a tile of image' is 0 x 4096 pixels" in refused(bytes(data)).message
