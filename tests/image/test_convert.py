"""Modes, color profiles, orientations and transparency: what each becomes, and what is said of it."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from scumble.image.files import read_picture
from scumble.image.profile import srgb_profile

from ..pictures import difference, encoded, scene


class TestModes:
    @pytest.mark.parametrize(
        ("mode", "note"),
        [
            ("1", "1-bit black and white converted to RGB"),
            ("L", "grey converted to RGB"),
            ("P", "palette converted to RGB"),
            ("CMYK", "CMYK converted to RGB"),
            ("YCbCr", "YCbCr converted to RGB"),
            ("I", "32-bit integer grey, 0 to 255, converted to 8-bit RGB"),
        ],
    )
    def test_each_mode_as_pillow_converts_it_and_said(self, mode, note):
        image = scene().convert(mode)
        picture = read_picture(image)
        assert picture.notes == (note,)
        assert difference(picture.rgb, image.convert("RGB")) == 0

    @pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
    def test_cmyk_files(self, kind):
        picture = read_picture(encoded(scene().convert("CMYK"), kind))
        assert difference(picture.rgb, scene()) < 3
        assert "CMYK converted to RGB" in picture.notes

    def test_lab_files(self):
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        lab = ImageCms.profileToProfile(scene(), *profiles, outputMode="LAB")
        lab.info = {}
        picture = read_picture(encoded(lab, "TIFF"))
        assert difference(picture.rgb, scene()) < 3
        assert picture.notes == ("Lab converted to RGB",)

    @pytest.mark.parametrize(
        ("values", "levels", "said"),
        [
            (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255], "float grey, 0 to 1"),
            (np.array([[-2, 0, 6]], np.float32), [0, 64, 255], "float grey, its range -2 to 6"),
            (np.array([[0, 32768, 65535]], np.int32), [0, 128, 255], "32-bit integer grey, 0 to 65535"),
            (np.array([[0, 500_000, 1_000_000]], np.int32), [0, 128, 255], "its range 0 to 1e+06"),
        ],
    )
    def test_deep_grey_files(self, values, levels, said):
        picture = read_picture(encoded(Image.fromarray(values), "TIFF"))
        assert np.asarray(picture.rgb)[0, :, 0].tolist() == levels
        assert said in picture.notes[0]

    def test_16_bit_color_is_said(self):
        rows = b"".join(b"\0" + struct.pack(">3H", 257 * 9, 257 * 99, 65535) * 4 for _ in range(3))
        picture = read_picture(png_of(struct.pack(">IIBBBBB", 4, 3, 16, 2, 0, 0, 0), rows))
        assert picture.rgb.getpixel((3, 2)) == (9, 99, 255)
        assert picture.notes == ("16-bit color converted to 8-bit",)

    @pytest.mark.parametrize("mode", ["LA", "RGBA", "PA", "La", "RGBa"])
    def test_transparency_is_kept_aside(self, mode):
        alpha = Image.linear_gradient("L").resize((30, 20)).point(lambda level: max(level, 60))
        image = scene().convert("RGBA")
        image.putalpha(alpha)
        image = {
            "LA": lambda: image.convert("LA"),
            "La": lambda: image.convert("LA").convert("La"),
            "PA": lambda: with_alpha(scene().convert("P").convert("PA"), alpha),
            "RGBa": lambda: image.convert("RGBa"),
            "RGBA": lambda: image,
        }[mode]()
        picture = read_picture(image)
        assert difference(picture.alpha, alpha) == 0
        assert "transparency kept aside" in picture.notes
        expected = scene().convert("L").convert("RGB") if mode[0] == "L" else scene()
        assert difference(picture.rgb, expected) < (30 if mode == "PA" else 2)

    def test_a_palette_with_one_clear_color(self):
        image = Image.new("P", (2, 1))
        image.putpalette([10, 20, 30, 40, 50, 60])
        image.putpixel((1, 0), 1)
        for kind in ("PNG", "GIF"):
            picture = read_picture(encoded(image, kind, transparency=1))
            assert picture.rgb.getpixel((0, 0)) == (10, 20, 30)
            assert list(picture.alpha.tobytes()) == [255, 0]

    def test_grey_with_one_clear_level(self):
        eight = encoded(Image.fromarray(np.array([[7, 200]], np.uint8)), "PNG", transparency=200)
        sixteen = encoded(Image.fromarray(np.array([[7, 60_000]], np.uint16)), "PNG", transparency=60_000)
        for data in (eight, sixteen):
            assert list(read_picture(data).alpha.tobytes()) == [255, 0]

    def test_an_opaque_alpha_channel_is_dropped(self):
        picture = read_picture(scene().convert("RGBA"))
        assert (picture.alpha, picture.notes) == (None, ())


def with_alpha(image: Image.Image, alpha: Image.Image) -> Image.Image:
    image.putalpha(alpha)
    return image


class TestFiles:
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_each_orientation_comes_upright(self, orientation):
        exif = Image.Exif()
        exif[0x0112] = orientation
        expected = {
            1: scene(),
            2: scene().transpose(Image.Transpose.FLIP_LEFT_RIGHT),
            3: scene().transpose(Image.Transpose.ROTATE_180),
            4: scene().transpose(Image.Transpose.FLIP_TOP_BOTTOM),
            5: scene().transpose(Image.Transpose.TRANSPOSE),
            6: scene().rotate(-90, expand=True),
            7: scene().transpose(Image.Transpose.TRANSVERSE),
            8: scene().rotate(90, expand=True),
        }[orientation]
        for kind in ("PNG", "TIFF"):
            picture = read_picture(encoded(scene(), kind, exif=exif))
            assert picture.rgb == expected
            assert ("turned as its EXIF orientation says" in picture.notes) == (orientation != 1)
        near = np.asarray(read_picture(encoded(scene(), "JPEG", exif=exif, quality=95)).rgb, int)
        assert near.shape == np.asarray(expected).shape
        assert np.abs(near - np.asarray(expected)).mean() < 5

    @pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 16384), (16384, 1)])
    def test_extreme_shapes(self, width, height):
        picture = read_picture(encoded(Image.new("L", (width, height), 77), "PNG"))
        assert (picture.width, picture.height) == (width, height)
        assert picture.rgb.getpixel((0, 0)) == (77, 77, 77)

    @pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
    def test_the_first_of_several_frames_is_read_and_said(self, kind):
        others = [Image.new("RGB", (30, 20), color) for color in ("red", "blue")]
        picture = read_picture(encoded(scene(), kind, save_all=True, append_images=others))
        assert "first of several frames" in picture.notes
        assert np.abs(np.asarray(picture.rgb, int) - np.asarray(scene())).mean() < 16

    def test_a_broken_profile_is_said_and_ignored(self):
        picture = read_picture(encoded(scene(), "PNG", icc_profile=b"no profile at all" * 20))
        assert picture.rgb == scene()
        assert picture.notes == ("color profile damaged, ignored",)

    @pytest.mark.parametrize(
        ("kind", "note"),
        [
            ("PNG", "color profile damaged or too long, ignored"),
            ("TIFF", "color profile of 6291456 bytes ignored; 4194304 are allowed"),
        ],
    )
    def test_a_huge_profile_is_said_and_ignored(self, kind, note):
        picture = read_picture(encoded(scene(), kind, icc_profile=bytes(6 << 20)))
        assert (picture.rgb, picture.notes) == (scene(), (note,))

    def test_a_profile_for_another_kind_of_color_is_said_and_ignored(self):
        lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
        picture = read_picture(encoded(scene(), "PNG", icc_profile=lab))
        assert picture.rgb == scene()
        assert picture.notes == ("color profile ignored: it is for 'Lab', the picture is RGB",)

    def test_the_srgb_profile_changes_nothing_and_a_wide_one_does(self):
        same = read_picture(encoded(scene(), "PNG", icc_profile=srgb_profile()))
        assert (same.rgb, same.notes) == (scene(), ())
        swapped = bytearray(srgb_profile())
        at, other = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
        swapped[at : at + 4], swapped[other : other + 4] = b"gXYZ", b"rXYZ"
        picture = read_picture(encoded(scene(), "PNG", icc_profile=bytes(swapped)))
        red, green, blue = scene().split()
        assert difference(picture.rgb, Image.merge("RGB", (green, red, blue))) < 1
        assert picture.notes == ("color profile converted to sRGB",)

    def test_our_own_profile_does_not_hold_the_time(self):
        assert struct.unpack_from(">6H", srgb_profile(), 24) == (2020, 1, 1, 0, 0, 0)

    def test_heic(self):
        pillow_heif = pytest.importorskip("pillow_heif")
        buffer = io.BytesIO()
        pillow_heif.from_pillow(scene().resize((64, 64))).save(buffer, quality=95)
        assert difference(read_picture(buffer.getvalue()).rgb, scene().resize((64, 64))) < 6

    def test_location_and_camera_stay_behind(self):
        exif = Image.Exif()
        exif[0x0110] = "Camera"
        picture = read_picture(encoded(scene(), "JPEG", exif=exif))
        assert picture.rgb.info == {}
        assert not picture.rgb.getexif()


def png_of(head: bytes, rows: bytes) -> bytes:
    """A PNG from its header and its rows."""
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
