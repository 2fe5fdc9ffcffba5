"""The contract that every registered way to paint keeps. A new way is tested by existing."""

from pathlib import Path

import pytest
import torch
from PIL import Image

import scumble
from scumble.engine.run import paint
from scumble.image.files import read_picture
from scumble.image.masks import make_masks
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.plugins import load_plugin
from scumble.registry import names
from scumble.ways.base import ways

SMALL = {"size": 64, "coarsest": 32, "steps": (3, 2), "threads": 1, "device": "cpu"}
TEMPLATE = Path(__file__).parents[2] / "examples" / "plugins" / "my_way.py"
OURS = names("ways")

pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture(params=[*OURS, "poster"])
def way(request, forget_plugins):
    """Each way of ours, and the plugin that is there to be copied."""
    if request.param not in OURS:
        forget_plugins()
        load_plugin(TEMPLATE)
    return request.param


@pytest.fixture
def steps(way, content, style):
    """Paint, and return the steps."""

    def paint_all(masks=None, **options):
        plan = make_plan(Options(way=way, **SMALL | options), content, (style,), (1.0,), masks=masks)
        return list(paint(plan))

    return paint_all


def test_each_step_is_a_picture_and_the_last_one_is_whole(way, steps):
    made = steps()
    for step in made:
        assert step.image.shape == (1, 3, step.scale.height, step.scale.width)
        assert step.image.dtype == torch.float32
        assert 0 <= step.image.min() <= step.image.max() <= 1
        assert step.way == way
    progress = [step.progress for step in made]
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert made[-1].scale.size == (64, 48)
    assert made[-1].finished_scale
    assert made[-1].costs()["total"] >= 0


def test_as_many_steps_as_planned(way, steps, content, style):
    options = Options(way=way, plateau=0, **SMALL)
    plan = make_plan(options, content, (style,), (1.0,))
    assert plan.way == way
    assert len(plan.scales) == (2 if ways[way].by_scales else 1)
    assert [step.count for step in steps(plateau=0)] == list(range(1, plan.steps + 1) if plan.steps else [0])


def test_the_same_pixels_each_time(steps):
    assert torch.equal(steps(seed=3)[-1].image, steps(seed=3)[-1].image)


def test_what_a_mask_keeps_is_kept(steps, content):
    mask = Image.new("L", content.rgb.size, 0)
    mask.paste(255, (0, 0, 32, 48))
    masks = make_masks([read_picture(mask)], [], 1)
    image = steps(masks, feather=0)[-1].image
    expected = to_tensor(resize(content.rgb, (64, 48)))
    assert torch.equal(image[..., 40:], expected[..., 40:])
    assert not torch.equal(image[..., :24], expected[..., :24])


def test_at_strength_0_it_is_the_content(steps, content):
    (only,) = steps(strength=0)
    assert only.way == "recolor"
    assert torch.equal(only.image, to_tensor(resize(content.rgb, (64, 48))))


def test_it_can_be_stopped_anywhere(way, content, style):
    run = paint(make_plan(Options(way=way, **SMALL), content, (style,), (1.0,)))
    next(run)
    run.close()
    assert list(run) == []


def test_the_record_says_which_it_was_and_how_to_take_it_again(way, content, style):
    made = scumble.stylize(content.rgb, style.rgb, Options(way=way, **SMALL))
    record = scumble.Record.from_json(made.record.to_json())
    assert record.way == way
    assert record.options["way"] == way
    again = scumble.stylize(content.rgb, style.rgb, Options(**record.options))
    assert again.image.tobytes() == made.image.tobytes()


def test_it_is_forecast(way, content, style):
    plan = make_plan(Options(way=way, **SMALL), content, (style,), (1.0,))
    from scumble.engine.forecast import forecast

    expected = forecast(plan)
    assert 0 < expected.seconds < 1e6
    assert expected.gigabytes > 0
