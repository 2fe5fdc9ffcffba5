"""Which pairs are painted, and with which settings."""

from itertools import product
from pathlib import Path

import pytest
from benchmarks.quality.jobs import plugins_digest
from benchmarks.quality.pairs import find_pairs, walk
from benchmarks.quality.settings import parse_setting, parse_settings

from scumble.errors import BadOption, UnknownName, UsageError

SHAPES = [(1, 1), (2, 6), (7, 8), (6, 4), (5, 5), (1, 9)]


def names(prefix, count):
    return [Path(f"{prefix}{number}") for number in range(count)]


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_the_walk_meets_each_pair_once(rows, columns):
    contents, styles = names("c", rows), names("s", columns)
    found = [(pair.content, pair.style) for pair in walk(contents, styles)]
    assert sorted(found) == sorted(product(contents, styles))
    assert found == [(pair.content, pair.style) for pair in walk(contents, styles)]


@pytest.mark.parametrize(("rows", "columns"), SHAPES)
def test_every_beginning_is_balanced(rows, columns):
    contents, styles = names("c", rows), names("s", columns)
    pairs = walk(contents, styles)
    for limit in range(1, len(pairs) + 1):
        for all_, used in (
            (contents, [p.content for p in pairs[:limit]]),
            (styles, [p.style for p in pairs[:limit]]),
        ):
            counts = {one: used.count(one) for one in all_}
            assert max(counts.values()) - min(counts.values()) <= 2


def test_a_smaller_limit_is_a_beginning_of_a_larger_one(tmp_path):
    for folder, count in (("content", 3), ("style", 4)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            (tmp_path / folder / f"{number}.png").touch()
    assert find_pairs(tmp_path, 4) == find_pairs(tmp_path, 9)[:4]
    assert len(find_pairs(tmp_path)) == 12


def test_our_own_examples_serve_without_a_folder():
    pairs = find_pairs()
    assert {pair.content.name for pair in pairs} >= {"coffee.jpg", "chelsea.png"}
    assert all(pair.style.is_file() for pair in pairs)
    assert len(pairs) == len({pair.content for pair in pairs}) * len({pair.style for pair in pairs})


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no pictures in"):
        find_pairs(tmp_path)


def test_a_setting_is_a_name_and_options():
    setting = parse_setting(
        "deep one: style-layers=relu4_1,relu3_1 weight.content=0.1 steps=3,2 clip=true", "64"
    )
    options = setting.options
    assert (setting.name, setting.file_name, options.size) == ("deep one", "deep-one", "64")
    assert options.style_layers == {"relu4_1": 0.5, "relu3_1": 0.5}
    assert (options.weight["content"], options.weight["covariance"]) == (0.1, 1.0)
    assert (options.steps, options.clip) == ((3, 2), True)


def test_a_name_alone_is_the_defaults_and_a_setting_may_have_its_own_size():
    assert parse_setting("plain").options.given == {"size": "512"}
    assert parse_setting("small: size=96", "512").options.size == "96"
    assert [one.name for one in parse_settings(())] == ["default"]


@pytest.mark.parametrize(
    ("texts", "error"),
    [
        (["a: strength=20"], BadOption),
        (["a: steps"], BadOption),
        (["a: stepz=3"], UnknownName),
        (["a", "a: steps=3"], BadOption),
        (["a b", "a-b"], BadOption),
    ],
)
def test_bad_settings_are_refused(texts, error):
    with pytest.raises(error):
        parse_settings(texts)


def test_plugins_are_known_by_their_text(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("LOADED = []\n")
    before = plugins_digest([path])
    path.write_text("LOADED = [1]\n")
    assert plugins_digest([path]) != before
    assert plugins_digest([]) == ""
