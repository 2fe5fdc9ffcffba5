"""`scumble look`: its figures, and which flags show what."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.image.sheet import COLORS
from scumble.look import activations, keeps, paired, patches, tinted
from scumble.runs.prepare import prepare

from ..conftest import opened


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


@pytest.fixture
def framed(halves, desk):  # noqa: ARG001
    """Write field.png with a frame around, which does not count."""
    with Image.open(desk / "field.png") as field:
        wide = Image.new("RGB", (480, 400), "white")
        wide.paste(field.resize((460, 380)), (10, 10))
    wide.save(desk / "field.png")


def given_back(most):
    """The regions found in sky.png and field.png, and those of the masks that were written of them."""
    plan = prepare("sky.png", "field.png", regions=most).plan
    masks = prepare(
        "sky.png", "field.png", content_mask=["m/sky-regions.png"], style_mask=["m/field-regions.png"]
    ).plan.masks
    return plan, paired(plan), (masks.content, *masks.styles)


@pytest.mark.parametrize("frame", ["halves", "framed"])
def test_regions_are_written_as_masks_that_give_them_back(request, scumble, frame):
    request.getfixturevalue(frame)
    done = scumble("look", "sky.png", "field.png", "--regions", "--most", "2", "--masks", "m")
    assert (done.code, done.last) == (0, "regions.png")
    assert f"mask: {Path('m/sky-regions.png')}" in done.err
    plan, found, drawn = given_back("2")
    for shares, again, picture in zip(found.all, drawn, (plan.content, *plan.styles), strict=True):
        assert again.shape[0] == found.number == 2
        height, width = again.shape[1:]
        assert abs(width / height - picture.width / picture.height) < 0.05
        soft = torch.nn.functional.interpolate(shares, (height, width), mode="bilinear")[0]
        first = (soft.argmax(0).numpy() == again.argmax(0)).mean()
        assert max(first, 1 - first) > 0.98  # the colors are numbered by their areas, the regions are not
    done = scumble(
        "stylize", "sky.png", "field.png", "--content-mask", "m/sky-regions.png",
        "--style-mask", "m/field-regions.png", *QUICK,
    )  # fmt: skip
    assert done.code == 0
    assert "stretched" not in done.err


@pytest.mark.usefixtures("halves")
def test_masks_that_are_there_are_kept(scumble, desk):
    (desk / "m").mkdir()
    (desk / "m" / "field-regions.png").write_bytes(b"mine")
    flags = ("--regions", "--most", "2", "--masks", "m")
    done = scumble("look", "sky.png", "field.png", *flags)
    assert (done.code, done.out) == (2, "")
    assert "field-regions.png' is there already" in done.err
    assert sorted(path.name for path in (desk / "m").iterdir()) == ["field-regions.png"]
    assert scumble("look", "sky.png", "field.png", *flags, "--on-exists", "rename").code == 0
    assert sorted(path.name for path in (desk / "m").iterdir()) == [
        "field-regions-2.png", "field-regions.png", "sky-regions.png"
    ]  # fmt: skip
    assert (desk / "m" / "field-regions.png").read_bytes() == b"mine"
    done = scumble("look", "sky.png", "field.png", *flags, "--on-exists", "skip")
    assert done.code == 0
    assert "field-regions.png is there already; skipped" in done.err
    assert (desk / "m" / "field-regions.png").read_bytes() == b"mine"


@pytest.mark.usefixtures("halves")
def test_pictures_of_one_name_have_a_mask_each(scumble, desk):
    (desk / "other").mkdir()
    (desk / "field.png").rename(desk / "other" / "sky.png")
    assert scumble("look", "sky.png", "other/sky.png", "--regions", "--masks", "m").code == 0
    assert sorted(path.name for path in (desk / "m").iterdir()) == ["sky-regions-2.png", "sky-regions.png"]


QUICK = ("--size", "48", "--steps", "2")


def test_a_layer_is_shown(scumble, desk):
    done = scumble("look", "--layer", "relu3_1", "photo.png", "--size", "64")
    assert (done.code, done.last) == (0, "activations.png")
    figure = activations("photo.png", "relu3_1", size=64)
    assert opened(desk / "activations.png").tobytes() == figure.tobytes()


@pytest.mark.parametrize(
    "layers", [("--layer", "relu1_1,relu2_1"), ("--layer", "relu1_1", "--layer", "relu2_1")]
)
def test_layers_are_listed_or_repeated(scumble, desk, layers):
    done = scumble("look", "photo.png", *layers, "--channels", "3,1", "--size", "64", "-o", "two.jpg")
    assert (done.code, done.last) == (0, "two.jpg")
    figure = activations("photo.png", ["relu1_1", "relu2_1"], channels=[3, 1], size=64)
    assert opened(desk / "two.jpg").size == figure.size


def test_patches_come_from_several_pictures(scumble, desk):
    flags = ("--layer", "relu2_1", "--patches", "--places", "3", "--channels", "2", "--size", "64")
    done = scumble("look", "photo.png", "paint.png", *flags)
    assert (done.code, done.last) == (0, "patches.png")
    figure = patches(["photo.png", "paint.png"], "relu2_1", channels=2, places=3, size=64)
    assert opened(desk / "patches.png").tobytes() == figure.tobytes()


def test_what_a_layer_keeps_is_painted_and_told(scumble, desk):
    flags = ("--layer", "relu1_1", "--keeps", "content,gram", "--seed", "4", *QUICK)
    done = scumble("look", "photo.png", *flags)
    assert (done.code, done.out) == (0, "keeps.png\n")
    assert "photo.png: gram at relu1_1 is done" in done.err
    figure = keeps("photo.png", "relu1_1", ["content", "gram"], size=48, steps=2, seed=4)
    assert opened(desk / "keeps.png").tobytes() == figure.tobytes()


def test_the_style_layers_are_taken_where_none_is_named(scumble, desk):
    assert scumble("look", "photo.png", "--keeps", "style", *QUICK).code == 0
    layers = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]
    figure = keeps("photo.png", layers, "style", size=48, steps=2)
    assert opened(desk / "keeps.png").tobytes() == figure.tobytes()


def test_the_network_is_set_where_all_options_are(scumble, desk, monkeypatch):
    (desk / "scumble.toml").write_text('pooling = "max"\nsize = 1024\n')
    assert scumble("look", "photo.png", "--layer", "relu3_1", "--size", "64").code == 0
    figure = activations("photo.png", "relu3_1", size=64, pooling="max")
    assert opened(desk / "activations.png").tobytes() == figure.tobytes()
    monkeypatch.setenv("SCUMBLE_BACKBONE", "vgg19")
    done = scumble("look", "photo.png", "--layer", "relu3_1", "-o", "other.png")
    assert done.code == 4
    assert "vgg19" in done.err


def test_a_figure_that_is_there_is_kept(scumble, desk):
    (desk / "keeps.png").write_bytes(b"mine")
    done = scumble("look", "photo.png", "--keeps", "content", *QUICK)
    assert (done.code, done.out) == (2, "")
    skipped = scumble("look", "photo.png", "--keeps", "content", *QUICK, "--on-exists", "skip")
    assert (skipped.code, skipped.last) == (0, "keeps.png")
    assert (desk / "keeps.png").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "look was not told what to show"),
        (("--patches", "--keeps", "content"), 2, "--patches and --keeps were given; a figure shows one of them"),
        (("--patches",), 2, "--patches was given without a layer"),
        (("--regions",), 2, "--regions pairs a content with its styles; 1 picture was given"),
        (("paint.png", "--layer", "relu1_1"), 2, "activations are shown of one picture; 2 were given"),
        (("--layer", "relu3_3"), 2, "unknown layer 'relu3_3'; did you mean 'relu3_2'?"),
        (("--layer", "relu1_1", "--places", "3"), 2, "--places does nothing with --layer alone; it is for patches"),
        (("--layer", "relu1_1", "--masks", "m"), 2, "--masks does nothing with --layer alone; it is for regions"),
        (("--layer", "relu1_1", "--seed", "3"), 2, "--seed does nothing with --layer alone; it is for keeps"),
        (("paint.png", "--regions", "--size", "9"), 2, "--size does nothing with --regions"),
        (("--layer", "relu1_1", "--channels", "some"), 2, "channels is 'some'; it should be a number, all"),
        (("--layer", "relu1_1", "--channels", "16,"), 2, "channel 16 was asked for; relu1_1 has 16, 0 to 15"),
        (("--layer", "relu1_1", "--size", "0"), 2, "size is '0'; it should be as 512, 400x300"),
        (("--layer", "relu5_1", "--size", "8"), 3, "its shorter side needs at least 16"),
        (("--keeps", "stlye"), 2, "unknown loss 'stlye'; did you mean 'style'?"),
        (("--keeps", ","), 2, "no loss was named; those that read a layer: style, content"),
        (("--layer", ",", "--patches"), 2, "no layer was named"),
        (("--layer", "relu1_1", "-o", "out.xyz"), 2, "unknown output suffix '.xyz'"),
        (("--layer", "relu1_1", "-o", "no/out.png"), 2, "there is no folder 'no'"),
    ],
)  # fmt: skip
def test_wrong_wishes_are_told_in_a_line(scumble, desk, arguments, code, message):
    done = scumble("look", "photo.png", *arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png"]


def test_gram_matrices_of_several_pictures_are_one_figure(scumble):
    done = scumble("look", "photo.png", "paint.png", "--layer", "relu1_1", "--gram", "--size", "48")
    assert (done.code, done.out) == (0, "gram.png\n")
    alone = scumble("look", "photo.png", "--layer", "relu1_1", "--gram", "--size", "48", "-o", "one.png")
    assert alone.code == 0
    assert opened("gram.png").height > opened("one.png").height + 200
    assert scumble("look", "photo.png", "--gram").err.startswith("error: --gram was given without a layer")
    many = scumble("look", "photo.png", "--layer", "relu1_1", "--gram", "--channels", "3")
    assert "--channels does nothing with --gram" in many.err
