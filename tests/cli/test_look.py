"""`scumble look`: the sheet that shows which regions belong together."""

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.look import COLORS, tinted

from .conftest import opened


@pytest.fixture
def halves(desk):
    """Write sky.png and field.png: two halves each, and flat.png, which has none."""
    random = np.random.default_rng(0)
    for name, turned in (("sky.png", False), ("field.png", True)):
        pixels = np.full((80, 96, 3), (90, 140, 220), float)
        pixels[:, 48:] = (190, 150, 40)
        pixels[:, 48:] += random.normal(0, 40, (80, 48, 1))
        pixels = pixels[:, ::-1] if turned else pixels
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(desk / name)
    Image.new("RGB", (90, 60), "gray").save(desk / "flat.png")


def hue(sheet, across, down):
    """Return the color of a place on the sheet without its lightness."""
    pixel = np.array(sheet.convert("RGB").getpixel((across, down)), float)
    return pixel - pixel.mean()


@pytest.mark.usefixtures("halves")
def test_equal_colors_mark_what_belongs_together(scumble, desk):
    done = scumble("look", "sky.png", "field.png", "--regions", "--most", "2")
    assert (done.code, done.last) == (0, "regions.png")
    assert "2 regions" in done.err
    sheet = opened(desk / "regions.png")
    left, right = 392 + 96, 392 + 288  # of the tinted pictures
    top, bottom = 160, 320 + 8 + 160
    assert np.abs(hue(sheet, left, top) - hue(sheet, right, bottom)).max() < 40
    assert np.abs(hue(sheet, right, top) - hue(sheet, left, bottom)).max() < 40
    assert np.abs(hue(sheet, left, top) - hue(sheet, right, top)).max() > 60


@pytest.mark.usefixtures("halves")
def test_one_region_is_said(scumble):
    done = scumble("look", "sky.png", "flat.png", "--regions", "-o", "one.png")
    assert done.code == 0
    assert "one region" in done.err


@pytest.mark.usefixtures("halves")
def test_a_sheet_that_is_there_is_kept(scumble, desk):
    (desk / "regions.png").write_bytes(b"mine")
    done = scumble("look", "sky.png", "field.png", "--regions")
    assert done.code == 2
    assert "regions.png" in done.err
    assert (desk / "regions.png").read_bytes() == b"mine"
    assert (
        scumble("look", "sky.png", "field.png", "--regions", "--on-exists", "rename").last == "regions-2.png"
    )
    assert scumble("look", "sky.png", "field.png", "--regions", "--on-exists", "skip").last == "regions.png"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "look was not told what to show"),
        (("--regions", "--most", "many"), "regions is 'many'; it should be auto, off, or 1 to 8"),
        (("--regions", "--backbone", "vgg"), "unknown backbone 'vgg'"),
    ],
)
@pytest.mark.usefixtures("halves")
def test_what_cannot_be_shown_is_told(scumble, arguments, message):
    done = scumble("look", "sky.png", "field.png", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_a_region_gets_its_color():
    shares = torch.zeros(1, 2, 1, 2)
    shares[0, 0, 0, 0] = shares[0, 1, 0, 1] = 1
    painted = tinted(Image.new("RGB", (100, 50), "gray"), shares)
    for across, color in ((2, COLORS[0]), (97, COLORS[1])):
        expected = [0.4 * 128 + 0.6 * channel for channel in color]
        assert painted.getpixel((across, 2)) == pytest.approx(expected, abs=2)
