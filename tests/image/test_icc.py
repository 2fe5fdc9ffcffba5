"""Color profiles: sifted ones turn colors as whole ones do, and hostile ones cost nothing."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from scumble.image.icc import sifted
from scumble.image.profile import srgb_profile, to_srgb

DAMAGED = "color profile damaged, ignored"
CHANNELS = {"RGB ": 3, "GRAY": 1, "CMYK": 4, "Lab ": 3}
MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}
NOISE = np.random.default_rng(3)


def profile(space, tags, *, version=2, kind="mntr", target="XYZ "):
    """A profile of tags, those of one body sharing it."""
    bodies, at = {}, 132 + 12 * len(tags)
    for body in tags.values():
        if body not in bodies:
            bodies[body] = at
            at += len(body) + -len(body) % 4
    table = b"".join(struct.pack(">4sII", name.encode(), bodies[b], len(b)) for name, b in tags.items())
    head = (
        struct.pack(">I4sI", at, b"test", version << 24)
        + (kind + space + target).encode()
        + bytes(12)
        + b"acsp"
    )
    white = struct.pack(">3i", 63190, 65536, 54061)  # D50
    head = head.ljust(68, b"\0") + white
    padded = (body + bytes(-len(body) % 4) for body in bodies)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + b"".join(padded)


def xyz(*color):
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(part * 65536) for part in color))


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def para():
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0" + struct.pack(">HH5i", 3, 0, *(round(part * 65536) for part in numbers))


WHITE = {"wtpt": xyz(0.9642, 1, 0.8249), "bkpt": xyz(0, 0, 0), "chad": b"sf32\0\0\0\0" + bytes(36)}


def shaper(colorants, curve, tables=None, **more):
    colors = {f"{name}XYZ": xyz(*color) for name, color in zip("rgb", colorants, strict=True)}
    return profile(
        "RGB ", WHITE | colors | dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve) | (tables or {}), **more
    )


def lut(inside, outside, grid=5, *, width=2, seed=1):
    """A table of 8 or 16 bits that is smooth and not straight."""
    axes = np.meshgrid(*[np.linspace(0, 1, grid)] * inside, indexing="ij")
    weights = np.random.default_rng(seed).uniform(0.2, 1, (outside, inside))
    cells = np.stack([sum(w * a for w, a in zip(row, axes, strict=True)) ** 1.3 for row in weights], -1)
    most = 255 if width == 1 else 65535
    cells = (cells / cells.max() * most).astype(f">u{width}").tobytes()
    line = np.linspace(0, most, 256).astype(f">u{width}").tobytes()
    unit = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    head = (b"mft1" if width == 1 else b"mft2") + bytes(4) + bytes([inside, outside, grid, 0]) + unit
    return (
        head + (b"" if width == 1 else struct.pack(">HH", 256, 256)) + line * inside + cells + line * outside
    )


def mab(inside, outside, grid=5):
    """A table of curves, grid, curves, matrix and curves."""
    curves = [gamma(1.1) * outside, gamma(1.2) * outside, gamma(0.9) * inside]  # B, M, A; 16 bytes each
    matrix = struct.pack(
        ">12i", *(round(65536 * x) for x in (0.9, 0.1, 0, 0, 0.9, 0.1, 0.1, 0, 0.9, 0, 0, 0))
    )
    cells = NOISE.integers(0, 256, grid**inside * outside, np.uint8).tobytes()
    table = bytes([grid] * inside).ljust(16, b"\0") + b"\1\0\0\0" + cells + bytes(-len(cells) % 4)
    places, body = [], b""
    for part in (curves[0], matrix, curves[1], table, curves[2]):
        places.append(32 + len(body))
        body += part
    return b"mAB \0\0\0\0" + bytes([inside, outside, 0, 0]) + struct.pack(">5I", *places) + body


P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
CMYK = {"A2B0": lut(4, 3), "A2B1": lut(4, 3, seed=2), "B2A0": lut(3, 4, seed=3), "A2B2": lut(4, 3)}
GOOD = {
    "sRGB of version 4": srgb_profile(),
    "P3": shaper(P3, para(), version=4),
    "Adobe RGB": shaper(ADOBE, gamma(563 / 256)),
    "gray": profile("GRAY", WHITE | {"kTRC": gamma(2.2)}),
    "printer": profile("CMYK", WHITE | CMYK, kind="prtr", target="Lab "),
    "table of 8 bits": profile("RGB ", {"A2B0": lut(3, 3, width=1)}, target="Lab "),
    "table over a matrix": shaper(P3, gamma(2.2), {"A2B0": mab(3, 3)}, version=4, target="Lab "),
    "Lab": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    "scanner of Lab": profile("Lab ", {"A2B0": lut(3, 3)}, kind="abst", target="Lab "),
}


def picture(found):
    mode = MODES[found[16:20].decode()]
    channels = CHANNELS[found[16:20].decode()]
    return Image.frombytes(mode, (40, 40), NOISE.integers(0, 256, 1600 * channels, np.uint8).tobytes())


def by_engine(image, found):
    """Convert a picture by the whole profile."""
    return ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(found)), ImageCms.createProfile("sRGB"), outputMode="RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_the_same_pixels_as_by_the_whole_profile(name):
    found = GOOD[name]
    image = picture(found)
    converted, note = to_srgb(image, found)
    if name.startswith("sRGB"):
        assert (converted, note) == (image, "")
    else:
        assert note == "color profile converted to sRGB"
        assert converted.tobytes() == by_engine(image, found).tobytes()
        assert image.mode != "RGB" or converted.tobytes() != image.tobytes()


def pipeline(steps):
    """Processing elements that are all the same one: 8 bytes for each step of a pipeline."""
    matrix = b"matf\0\0\0\0" + struct.pack(">HH12f", 3, 3, 1, 0.001, 0, 0, 1, 0.001, 0, 0.001, 1, 0, 0, 0)
    table = struct.pack(">II", 16 + 8 * steps, len(matrix)) * steps
    return b"mpet\0\0\0\0" + struct.pack(">HHI", 3, 3, steps) + table + matrix


def test_a_long_pipeline_is_left_out():
    long = dict.fromkeys(("D2B0", "D2B1", "B2D0", "B2D1"), pipeline(100_000))
    found, plain = shaper(P3, para(), long, version=4), shaper(P3, para(), version=4)
    assert len(found) > 800_000
    assert sifted(found) == sifted(plain)
    assert to_srgb(picture(found), found)[1] == "color profile converted to sRGB"


def test_what_is_sifted_is_as_it_was_once():
    for found in GOOD.values():
        once = sifted(found)
        assert sifted(once) == once
        assert len(once) <= len(found)


def said(body, **numbers):
    """Return a body with a byte of it changed."""
    changed = bytearray(body)
    for at, value in numbers.items():
        changed[int(at[2:])] = value
    return bytes(changed)


HOSTILE = {
    "pipeline for a table": profile("RGB ", {"A2B0": pipeline(10_000)}, target="Lab "),
    "pipeline for a curve": shaper(P3, pipeline(10_000)),
    "curve longer than its body": shaper(P3, b"curv\0\0\0\0" + struct.pack(">I", 5000) + bytes(100)),
    "grid of 255": profile("RGB ", {"A2B0": said(lut(3, 3), at10=255)}, target="Lab "),
    "grid of 255 in bytes": profile("RGB ", {"A2B0": said(lut(3, 3, width=1), at10=255)}, target="Lab "),
    "no channels": profile("RGB ", {"A2B0": said(lut(3, 3), at8=0)}, target="Lab "),
    "many channels": profile("RGB ", {"A2B0": said(lut(3, 3), at9=200)}, target="Lab "),
    "many entries": profile("RGB ", {"A2B0": said(lut(3, 3), at48=127, at50=127)}, target="Lab "),
    "grid of 255 between curves": profile(
        "RGB ", {"A2B0": mab(3, 3)[:-1500] + b"\xff" * 1500}, target="Lab "
    ),
    "color of many bytes": shaper(P3, gamma(2.2), {"rXYZ": xyz(1, 1, 1) + bytes(5000)}),
    "200 tags": profile("RGB ", {f"A{number:03}": b"x" * 12 for number in range(200)}),
    "no tags": b"\0" * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_profile_is_ignored_before_it_is_worked_through(name):
    with pytest.raises(ValueError, match=r"."):
        sifted(HOSTILE[name])
    image = Image.new("RGB", (4, 4), "gray")
    assert to_srgb(image, HOSTILE[name]) == (image, DAMAGED)


def test_bodies_that_overlap_count_as_often():
    table = lut(3, 3, grid=17)
    found = bytearray(profile("RGB ", {"A2B0": table, "A2B1": table}, target="Lab "))
    assert to_srgb(picture(found), bytes(found))[1] == "color profile converted to sRGB"
    struct.pack_into(">I", found, 132 + 12 + 8, len(table) - 2)  # the other one's, but for its end
    assert to_srgb(picture(found), bytes(found))[1] == DAMAGED
