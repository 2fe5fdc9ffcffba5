"""Styles with transparent places: what is hidden there changes nothing, and does not count."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from scumble.api import stylize
from scumble.comparing.compare import References, compare
from scumble.errors import ImageError
from scumble.image.files import Picture, read_picture
from scumble.image.visible import visible
from scumble.look import activations, keeps, patches, reconstruct, regions
from scumble.runs.styles import Style

TINY: dict[str, Any] = {"size": 64, "steps": 3, "coarsest": 0}


def half_hidden(style, hidden, size=(120, 60)):
    """Return a picture whose left half is transparent, over a color."""
    picture = Image.new("RGBA", size, (*hidden, 0))
    picture.paste(style.rgb.resize((size[0] // 2, size[1])), (size[0] // 2, 0))
    return picture


def pixels(image):
    return np.asarray(image.convert("RGB"), np.float32)


@pytest.mark.parametrize(
    "more",
    [{}, {"regions": "3"}, {"color": "match"}, {"style_turns": "90,flip"}, {"start": "style"}],
)
def test_hidden_colors_change_nothing(content, style, more):
    red, blue = (
        stylize(content, half_hidden(style, hidden), **TINY, **more).image
        for hidden in ((255, 0, 0), (0, 0, 255))
    )
    assert np.array_equal(pixels(red), pixels(blue))


@pytest.mark.parametrize("number", ["off", "auto", "2"])
def test_a_picture_has_the_colors_of_what_is_seen(content, number):
    """A style that is half green, and else hidden: nothing of the mean of the two is left."""
    green = Image.new("RGBA", (128, 96), (255, 0, 0, 0))
    grain = np.random.default_rng(0).integers((20, 130, 40), (80, 190, 100), (96, 64, 3))
    green.paste(Image.fromarray(grain.astype(np.uint8)), (0, 0))
    painted = pixels(stylize(content, green, strength=90, regions=number, **TINY).image)
    alone = pixels(stylize(content, green.crop((0, 0, 64, 96)), strength=90, regions=number, **TINY).image)
    assert np.abs(painted.mean((0, 1)) - alone.mean((0, 1))).max() < 12


def test_a_mask_of_the_style_and_what_is_hidden_both_leave_out(content, style):
    picture = half_hidden(style, (255, 0, 0))
    mask = Image.new("L", picture.size, 0)
    mask.paste(255, (0, 0, picture.width, picture.height // 2))
    one, other = (
        stylize(content, Style(half_hidden(style, hidden), mask=mask), **TINY).image
        for hidden in ((255, 0, 0), (0, 0, 255))
    )
    assert np.array_equal(pixels(one), pixels(other))
    whole = stylize(content, picture, **TINY).image
    assert not np.array_equal(pixels(one), pixels(whole))


def test_an_alpha_channel_that_hides_nothing_changes_nothing(content, style):
    there = half_hidden(style, (255, 0, 0))
    seen = there.crop((60, 0, 120, 60)).convert("RGB")
    plain = stylize(content, seen, **TINY)
    cut = stylize(content, Style(there, crop=(0.5, 0, 1, 1)), **TINY)
    assert np.array_equal(pixels(plain.image), pixels(cut.image))


def test_a_style_that_is_hidden_everywhere_is_refused(content, style):
    with pytest.raises(ImageError, match=r"'clear\.png' is transparent everywhere") as caught:
        visible(Picture(Image.new("RGB", (20, 20)), Image.new("L", (20, 20), 0), "clear.png", "0" * 64))
    assert "alpha" in caught.value.hint
    with pytest.raises(ImageError, match="transparent everywhere"):
        stylize(content, Style(half_hidden(style, (255, 0, 0)), crop=(0, 0, 0.4, 1)), **TINY)


def test_hidden_places_take_the_colors_around_them():
    picture = Image.new("RGBA", (64, 32), (255, 255, 255, 0))
    picture.paste((10, 20, 200, 255), (0, 0, 16, 32))
    picture.paste((200, 20, 10, 255), (48, 0, 64, 32))
    filled = pixels(visible(read_picture(picture)).rgb)
    assert filled[..., 1].min() >= 19
    assert filled[..., 1].max() <= 21
    assert filled[16, 18, 2] > 140
    assert filled[16, 45, 0] > 140
    assert np.array_equal(filled[:, :16], pixels(picture)[:, :16])


def test_what_is_left_half_seen_is_half_its_own():
    picture = Image.new("RGBA", (32, 32), (0, 0, 0, 128))
    picture.paste((200, 200, 200, 255), (0, 0, 32, 8))
    filled = pixels(visible(read_picture(picture)).rgb)
    assert 0 < filled[30, 16, 0] < 110


def test_regions_of_a_style_are_shown_without_what_is_hidden(content, style):
    one, other = (
        regions(content, half_hidden(style, hidden), most=2) for hidden in ((255, 0, 0), (0, 0, 255))
    )
    assert np.array_equal(pixels(one), pixels(other))


def test_what_is_hidden_is_not_measured(content, style):
    """Neither of a picture nor of what it is compared with."""
    told = [
        compare(
            read_picture(half_hidden(style, hidden)),
            content,
            References(content),
            References(
                read_picture(half_hidden(content, hidden)),
                (read_picture(half_hidden(style, hidden)),),
                (1.0,),
            ),
        )
        for hidden in ((255, 0, 0), (0, 0, 255))
    ]
    assert told[0].measures == told[1].measures
    assert told[0].level == told[1].level


@pytest.mark.parametrize(
    "figure",
    [
        lambda picture: activations(picture, "relu1_1", channels=2, size=64),
        lambda picture: patches(picture, "relu1_1", channels=2, places=2, size=64),
        lambda picture: keeps(picture, "relu1_1", "content", size=48, steps=2),
        lambda picture: reconstruct(picture, "relu1_1", size=48, steps=2),
    ],
    ids=["activations", "patches", "keeps", "reconstruct"],
)
def test_a_figure_shows_what_a_run_sees(style, figure):
    one, other = (figure(half_hidden(style, hidden)) for hidden in ((255, 0, 0), (0, 0, 255)))
    assert np.array_equal(pixels(one), pixels(other))
    with pytest.raises(ImageError, match="transparent everywhere"):
        figure(Image.new("RGBA", (64, 48)))


def test_regions_of_a_content_that_is_hidden_everywhere_are_refused(style):
    with pytest.raises(ImageError, match="transparent everywhere"):
        regions(Image.new("RGBA", (64, 48)), style)
