"""What a run will take; the figures themselves belong to benchmarks."""

import json
from dataclasses import replace

import pytest
import torch

from scumble.backbones.weights import load_backbone
from scumble.engine.forecast import (
    BEGINNING,
    PER_MEGAPIXEL,
    Speed,
    forecast,
    in_tiles,
    remember,
    remembered,
    slowdown,
    speed_file,
    times_as_long,
    undisturbed,
)
from scumble.errors import OutOfMemory
from scumble.objective.fit import Fit, Need
from scumble.options import Options
from scumble.plan.plan import make_plan


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A cache of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def expect(content, style):
    """Return the forecast of a run with some options."""

    def run(**options):
        return forecast(make_plan(Options(threads=1, device="cpu", **options), content, (style,), (1.0,)))

    return run


def test_a_machine_is_measured_once_in_an_hour(expect):
    first = expect(size=256)
    assert len(remembered()) == 1
    assert expect(size=256) == first
    expect(size=256, weight={"gram": 1})
    assert len(remembered()) == 2


@pytest.mark.parametrize(("ago", "kept"), [(3000, True), (4000, False), (-1000, False)])
def test_what_was_measured_long_ago_is_measured_again(expect, ago, kept):
    expect(size=64)
    ((key, speed),) = remembered().items()
    remember({key: replace(speed, fixed=1000.0, measured=speed.measured - ago)})
    assert (expect(size=64).seconds > 1000) is kept


def test_more_pixels_and_more_steps_take_longer(expect):
    small, large, longer = expect(size=256), expect(size=1024), expect(size=256, steps=500)
    assert small.seconds < large.seconds
    assert small.gigabytes < large.gigabytes
    assert small.seconds < longer.seconds


def test_what_does_not_fit_is_told_to_be_painted_in_tiles(expect):
    found = expect(size=2048, max_memory=1.5)
    assert found.fits[0].tile == 0 < found.fits[-1].tile
    assert found.gigabytes <= 1.5
    with pytest.raises(OutOfMemory):
        expect(size=2048, max_memory=0.4)


def test_strength_0_takes_no_more_than_reading_and_writing(expect):
    found = expect(size=8192, strength=0, max_memory=0.4)
    assert found.seconds == pytest.approx(BEGINNING["cpu"] + PER_MEGAPIXEL * 8192 * 6144 / 1e6, abs=0.1)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"a": {}}', '{"a": {"fixed": "x", "per_pixel": 1}}'])
def test_a_broken_memory_is_measured_anew(expect, broken):
    speed_file().parent.mkdir(parents=True)
    speed_file().write_text(broken, encoding="utf-8")
    assert expect(size=64).seconds > 0
    (speed,) = json.loads(speed_file().read_text(encoding="utf-8")).values()
    assert speed.keys() == {"fixed", "per_pixel", "measured"}


def test_tiles_cost_their_overlap_and_a_second_pass(content, style):
    need = Need(load_backbone("compact"), make_plan(Options(), content, (style,), (1.0,)), torch.float32)
    need.halos, need.stride = (64, 128), 16
    assert in_tiles(need, (2048, 1536), Fit(10)) == 1
    assert in_tiles(need, (512, 384), Fit(10, 512)) == pytest.approx(0.5 + 1)
    first, second = (1 + 2 * 64 / 2048) ** 2 / 2, (1 + 2 * 128 / 2048) ** 2
    assert in_tiles(need, (2048, 2048), Fit(10, 1024)) == pytest.approx(first + second)


def test_what_others_took_of_the_processor_is_no_part_of_the_speed():
    quiet, busy = [(0.10, 0.099), (0.12, 0.11)], [(0.4, 0.11), (0.5, 0.10)]
    assert undisturbed(quiet) == 0.10
    assert undisturbed(busy) == 0.10
    assert undisturbed(quiet + busy) == 0.10


@pytest.mark.parametrize(("worked", "times"), [(0.3, 1), (0.25, 1), (0.15, 2), (0.075, 4), (0, 100)])
def test_a_busy_machine_takes_longer_by_the_share_that_is_left(worked, times):
    assert times_as_long(0.3, worked) == pytest.approx(times)


def test_no_machine_is_quicker_than_one_that_does_nothing_else():
    assert slowdown(Options(device="cpu", threads=1)) >= 1


def test_speed_is_a_line():
    assert Speed(0.01, 1e-6).seconds(2e6) == pytest.approx(2.01)
