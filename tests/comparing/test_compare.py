"""Comparing two pictures: at one size, against what they were made from, and what their records say differently."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scumble.api import stylize
from scumble.comparing.compare import (
    References,
    compare,
    comparison_sheet,
    differing,
    find_references,
    measures_of,
    told_by,
)
from scumble.image.files import read_picture
from scumble.measures import MEASURES, names_of
from scumble.runs.again import prepare_again

ALONE = {name for name, one in MEASURES.items() if one.alone}


def even(level, size=(64, 48)):
    return read_picture(Image.new("RGB", size, (level,) * 3))


def test_a_picture_does_not_differ_from_itself(content):
    found = compare(content, content, References(), References())
    assert (found.level, found.factor) == (0, 1)
    assert not np.asarray(found.difference).any()
    assert found.measures[0] == found.measures[1]
    assert found.measures[0].keys() == ALONE


def test_a_faint_difference_is_brightened_and_told_as_it_is():
    found = compare(even(100), even(104), References(), References())
    assert (found.level, found.factor) == (4, 63)
    assert np.asarray(found.difference).min() == 252


def test_a_few_pixels_far_apart_do_not_hide_the_others(content):
    pixels = np.array(content.rgb)
    pixels = pixels // 2 + 8  # far from both ends
    other = pixels + 3
    other[0, :2] = 255
    a, b = (read_picture(one.astype(np.uint8)) for one in (pixels, other))
    assert compare(a, b, References(), References()).factor == 85


@pytest.mark.parametrize("turned", [False, True])
def test_the_larger_one_is_shrunk_to_the_smaller_one_s_size(content, turned):
    large = replace(content, rgb=content.rgb.resize((160, 120), Image.Resampling.BICUBIC))
    pair = (large, content) if turned else (content, large)
    found = compare(*pair, References(), References())
    assert found.size == (64, 48)
    assert found.level < 4


def test_large_pictures_are_measured_smaller():
    assert compare(even(0, (2048, 16)), even(0, (2048, 16)), References(), References()).size == (1024, 8)


def test_content_and_style_are_each_at_their_best_with_themselves(content, style):
    against = References(content, (style,), (1.0,))
    of_content, of_style = (measures_of(picture.rgb, against) for picture in (content, style))
    assert of_content.keys() == MEASURES.keys()
    assert [of_content[name] for name in names_of("content")] == pytest.approx([1, 1, 1, 1], abs=1e-5)
    assert all(of_style[name] < of_content[name] for name in names_of("style"))


def test_of_several_styles_it_is_the_mean_by_their_shares(content, style):
    ones = [measures_of(content.rgb, References(None, (one,), (1.0,))) for one in (style, content)]
    mixed = measures_of(content.rgb, References(None, (style, content), (3.0, 1.0)))
    for name in names_of("style"):
        assert mixed[name] == pytest.approx(0.75 * ones[0][name] + 0.25 * ones[1][name])


def test_a_measure_that_one_of_them_lacks_is_left_out(content, style):
    found = compare(content, style, References(content, (style,), (1.0,)), References(content))
    assert found.measures[0].keys() == found.measures[1].keys() == ALONE | set(names_of("content"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, content, style):
    """photo.png and paint.png."""
    folder = tmp_path_factory.mktemp("inputs")
    content.rgb.save(folder / "photo.png")
    style.rgb.save(folder / "paint.png")
    return folder


@pytest.fixture(scope="module")
def records(folder):
    """Of two pictures with other options, of which one has two styles."""
    tiny: dict[str, Any] = {"size": 48, "steps": 1, "coarsest": 0}
    photo, paint = folder / "photo.png", folder / "paint.png"
    one = stylize(photo, paint, strength=30, **tiny)
    other = stylize(photo, [paint, photo], strength=80, weight={"gram": 2}, **tiny)
    return one.record, other.record


def test_inputs_are_found_by_the_record(records, folder):
    found, missing = find_references(records[1], [folder])
    assert missing == []
    assert [picture.name for picture in (found.content, *found.styles)] == [
        "photo.png",
        "paint.png",
        "photo.png",
    ]
    assert found.shares == (0.5, 0.5)


def test_what_is_not_found_is_told(records, tmp_path, style):
    style.rgb.save(tmp_path / "photo.png")  # of that name, but another picture
    found, missing = find_references(records[0], [tmp_path])
    assert found == References()
    assert "its content differs" in missing[0]
    assert "'paint.png', which the record speaks of, is not in" in missing[1]


def test_a_record_differs_from_another_in_what_was_asked_for_alone(records):
    assert differing(records[0], records[0]) == {}
    found = differing(*records)
    assert found.keys() == {"style 2", "strength", "weight.gram"}
    assert (found["strength"], found["weight.gram"]) == ((30.0, 80.0), (None, 2.0))
    assert found["style 2"][0] is None


def test_a_picture_and_its_rerun_differ_in_nothing(folder, tmp_path):
    Image.linear_gradient("L").save(folder / "mask.png")
    asked: dict[str, Any] = {"size": 48, "steps": 1, "coarsest": 0, "style_mask": str(folder / "mask.png")}
    one = stylize(folder / "photo.png", folder / "paint.png", start=str(folder / "paint.png"), **asked).record
    for name in ("photo.png", "paint.png", "mask.png"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    again = prepare_again(one, [tmp_path])
    list(again)
    assert differing(one, again.result().record) == {}


def test_what_was_used_counts_and_not_what_left_it_open(records):
    options = {**records[0].options, "precision": "auto", "threads": 0}
    left_open = records[0].model_copy(update={"options": options})
    settled = {**options, "precision": left_open.precision, "threads": left_open.threads}
    assert differing(left_open, left_open.model_copy(update={"options": settled})) == {}
    other = left_open.model_copy(update={"precision": "float16", "threads": left_open.threads + 1})
    assert differing(left_open, other) == {
        "precision": (left_open.precision, "float16"), "threads": (left_open.threads, left_open.threads + 1),
    }  # fmt: skip


def test_a_mask_of_the_same_name_is_another_one_by_its_bytes(records):
    source = records[0].content
    one, same, other = (
        records[0].model_copy(update={"content_masks": (source.model_copy(update=update),)})
        for update in ({}, {"name": "elsewhere/photo.png"}, {"sha256": "0" * 64})
    )
    assert differing(one, same) == {}
    assert differing(one, other).keys() == {"content mask 1"}


def test_a_picture_that_was_stopped_differs_from_a_finished_one(records):
    stopped = records[0].model_copy(update={"stopped": True})
    assert differing(records[0], stopped) == {"stopped after": (None, records[0].steps)}


def test_options_of_any_record_can_be_told(records):
    odd = records[0].model_copy(update={"options": {"weight": [1], "size": None}})
    assert told_by(odd)["weight"] == [1]
    assert find_references(odd, [])[0] == References()


def test_the_sheet_shows_what_they_were_made_from_once(content, style):
    against = References(content, (style,), (1.0,))
    found = compare(content, style, against, against)
    whole = comparison_sheet((content, style), (against, against), found)
    without = comparison_sheet((content, style), (References(), References()), found)
    assert whole.width == without.width
    assert whole.height > without.height + 300
