"""The loop from pictures to steps, end to end at sizes of a stamp."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image

from scumble.backbones.weights import load_backbone
from scumble.engine.descent import Descent
from scumble.engine.ground import Ground
from scumble.engine.run import paint
from scumble.errors import ImageError, RunFailed, UsageError
from scumble.image.files import read_picture
from scumble.image.resize import resize
from scumble.image.tensors import to_tensor
from scumble.objective.references import Pictures
from scumble.objective.whole import make_objective
from scumble.optimizers.base import optimizers
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.presets import preset_names

SMALL = {"size": 64, "coarsest": 32, "steps": (6, 4), "threads": 1, "device": "cpu"}


pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def painted(content, style):
    """Paint, check what holds of every step, and return the steps."""

    def paint_all(styles=None, given=None, of=content, **options):
        styles = styles or (style,)
        shares = (1.0,) * len(styles)
        steps = []
        for step in paint(make_plan(Options(**SMALL | options), of, styles, shares, given)):
            assert step.image.isfinite().all()
            assert step.image.shape == (1, 3, step.scale.height, step.scale.width)
            assert 0 <= step.image.min() <= step.image.max() <= 1
            steps.append(step)
        return steps

    return paint_all


def pixels(picture, size):
    return to_tensor(resize(picture.rgb, size))


def test_a_blank_style_may_lead_to_a_blank_picture(content, style):
    blank = read_picture(Image.new("RGB", (64, 48), "gray"))
    for styles, varied in (((style,), True), ((blank,), False), ((style, blank), False)):
        plan = make_plan(Options(**SMALL), content, styles, (1.0,) * len(styles))
        assert Descent(Ground(plan)).guard.varied is varied


def test_a_run_goes_down_at_each_scale(painted):
    steps = painted()
    assert float(steps[5].total) < 0.6 * float(steps[0].total)
    assert float(steps[9].total) < float(steps[6].total)
    assert [step.count for step in steps] == list(range(1, 11))
    assert [(step.number, step.of) for step in steps] == [(n, 6) for n in range(1, 7)] + [
        (n, 4) for n in range(1, 5)
    ]
    assert [step.scale.size for step in steps] == [(32, 24)] * 6 + [(64, 48)] * 4
    assert [step.finished_scale for step in steps] == [n in (5, 9) for n in range(10)]
    assert steps[0].parts.keys() == set(Options().weight)
    assert all(step.notes == () for step in steps)


def test_progress_rises_to_1_by_work(painted):
    progress = [step.progress for step in painted()]
    assert progress == sorted(set(progress))
    assert progress[-1] == 1.0
    coarse, fine = (32 * 24 + 12_000) * 6, (64 * 48 + 12_000) * 4
    assert progress[5] == pytest.approx(coarse / (coarse + fine))


def test_parts_and_weights_make_the_total(painted):
    weight = Options().weight
    for step in painted():
        total = sum(weight[name] * float(part) for name, part in step.parts.items())
        assert float(step.total) == pytest.approx(total, rel=1e-4)


def test_a_run_ends_nearer_to_the_style_than_it_began(painted, content, style):
    image = painted(steps=(15, 10), strength=70, regions="off")[-1].image
    wanted, before = pixels(style, (64, 64)).mean((2, 3)), pixels(content, (64, 48)).mean((2, 3))
    assert (image.mean((2, 3)) - wanted).norm() < 0.5 * (before - wanted).norm()


def test_stopping_is_cancelling(content, style):
    run: Any = paint(make_plan(Options(**SMALL), content, (style,), (1.0,)))
    next(run)
    run.close()
    assert list(run) == []


def test_a_run_has_its_threads_and_its_reader_those_of_before(content, style, monkeypatch):
    before, seen = torch.get_num_threads(), []
    step = optimizers["adam"].step

    def spy(*arguments):
        seen.append(torch.get_num_threads())
        return step(*arguments)

    monkeypatch.setattr(optimizers["adam"], "step", spy)
    options = Options(**SMALL | {"threads": before + 1, "optimizer": "adam"})
    for _ in paint(make_plan(options, content, (style,), (1.0,))):
        assert torch.get_num_threads() == before
    assert set(seen) == {before + 1}


@pytest.mark.parametrize("optimizer", list(optimizers))
def test_the_same_seed_gives_the_same_pixels(painted, optimizer):
    first, again, other = (
        painted(start="noise", seed=seed, optimizer=optimizer)[-1].image for seed in (3, 3, 4)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("options", [{}, {"start": "noise"}, {"start": "style"}, {"coarsest": 0}])
def test_strength_0_returns_the_content_exactly(painted, content, options):
    (only,) = painted(strength=0, **options)
    assert torch.equal(only.image, pixels(content, (64, 48)))
    assert (only.count, only.number, only.of, only.progress) == (0, 0, 0, 1.0)


def test_no_steps_return_the_start(painted, content):
    (only,) = painted(steps=0)
    assert torch.equal(only.image, pixels(content, (64, 48)))
    assert only.finished_scale
    (noise,) = painted(steps=0, start="noise", seed=2)
    expected = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(2))
    assert torch.equal(noise.image, expected)


def test_a_last_scale_without_steps_still_has_the_size_of_the_result(painted):
    steps = painted(steps=(3, 0))
    assert [step.count for step in steps] == [1, 2, 3, 3]
    assert steps[-1].scale.size == (64, 48)
    assert steps[-1].progress == 1.0
    assert steps[-1].parts == steps[-2].parts


def test_a_first_scale_without_steps_is_as_if_it_were_not_there(painted):
    assert torch.equal(
        painted(steps=(0, 3), bleed=0)[-1].image, painted(steps=3, coarsest=0, bleed=0)[-1].image
    )


def test_a_picture_in_its_own_style_hardly_changes(painted, content):
    image = painted(styles=(content,))[-1].image
    assert (image - pixels(content, (64, 48))).abs().mean() < 0.04


def test_strength_decides_how_near_the_content_stays(painted, content):
    distances = [
        float((painted(strength=strength)[-1].image - pixels(content, (64, 48))).square().mean())
        for strength in (5, 30, 100)
    ]
    assert distances == sorted(distances)
    assert distances[0] < 0.5 * distances[2]


@pytest.fixture
def red():
    """A picture of one color."""
    return read_picture(Image.new("RGB", (10, 30), (250, 20, 60)))


@pytest.mark.parametrize("start", ["content", "style", "noise", "noisy-content"])
def test_each_start_is_painted_on(painted, start):
    steps = painted(start=start)
    assert float(steps[5].total) < float(steps[0].total)


def test_the_start_is_what_it_says(painted, content, style):
    """With a rate of next to nothing, the first picture is the start."""
    still = {"optimizer": "adam", "rate": 1e-6, "steps": 1, "coarsest": 0, "recolor": 0}
    for start, expected in [("content", content), ("style", style)]:
        (step,) = painted(start=start, **still)
        torch.testing.assert_close(step.image, pixels(expected, (64, 48)), rtol=0, atol=1e-4)


def test_a_picture_to_start_from(painted, red):
    (step,) = painted(start="some/picture.png", given=red, steps=0)
    assert torch.equal(step.image, pixels(red, (64, 48)))


def test_clipped_pixels_are_what_the_next_step_evaluates(content, style):
    """Adam says the cost of the image before the step: with clip, of the one that was shown."""
    settings = {**SMALL, "optimizer": "adam", "rate": 0.5, "steps": 2, "coarsest": 0}
    settings |= {"regions": "off", "recolor": 0, "precision": "float32", "bleed": 0}
    matches = []
    for clip in (True, False):
        options = Options(**settings, clip=clip)
        first, second = paint(make_plan(options, content, (style,), (1.0,)))
        pictures = pixels(content, (64, 48)), [pixels(style, (64, 64))]
        objective = make_objective(load_backbone("compact"), options, Pictures(*pictures, [1.0]))
        matches.append(float(second.total) == pytest.approx(float(objective(first.image).total), rel=1e-3))
    assert matches == [True, False]


@pytest.mark.parametrize("weight", [1e-30, 1e-10, 1e10, 1e30])
@pytest.mark.parametrize("loss", ["content", "covariance", "variation", "gram-gatys"])
def test_weights_beyond_reason_give_a_picture_or_a_clear_error(painted, loss, weight):
    with suppress(RunFailed):
        painted(weight={loss: weight}, steps=(4, 2))


@pytest.mark.parametrize("strength", [1e-200, 1e-9, 1e-3, 99.999999])
def test_every_strength_gives_a_picture_or_a_clear_error(painted, strength):
    with suppress(RunFailed):
        painted(strength=strength, steps=(4, 2))


def test_a_run_that_cannot_be_rescued_says_so(painted):
    with pytest.raises(RunFailed, match=r"the run became [a-z-]+ at step \d, and so it had before") as error:
        painted(
            weight={"variation": 1e30, "content-gatys": 1e30, "gram-gatys": 1e30},
            input="0-255",
            start="noise",
        )
    assert error.value.exit_code == 1


def test_a_run_that_diverges_goes_back_and_on_a_safer_way(painted):
    steps = painted(optimizer="gradient-descent", rate=1e5, steps=12, coarsest=0)
    notes = [note for step in steps for note in step.notes]
    assert len(steps) == 12
    assert len(notes) == 1
    assert notes[0].startswith(("diverging at step ", "non-finite at step "))
    assert notes[0].endswith(": back to the best picture, on with adam at rate 0.005")
    assert float(steps[-1].total) < float(steps[0].total)


def test_a_flat_content_may_be_painted(painted):
    flat = read_picture(Image.new("RGB", (64, 48), (120, 130, 140)))
    assert painted(of=flat)[-1].image.std() > 0.01


def test_a_flat_style_may_be_painted(painted):
    assert painted(styles=(read_picture(Image.new("RGB", (64, 48), (120, 30, 40))),))


def test_several_styles(painted, style):
    flat = read_picture(Image.new("RGB", (40, 80), (250, 10, 10)))
    alone = painted(steps=3)[-1].image
    first = painted(styles=(style, flat), style_weights=(1, 0), steps=3)[-1].image
    torch.testing.assert_close(first, alone, rtol=0, atol=2e-2)
    assert painted(styles=(style, flat), steps=3)[-1].image[0, 0].mean() > alone[0, 0].mean()


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_runs_with_the_bundled_network(painted, preset):
    chosen = {**SMALL, "preset": preset, "backbone": "compact", "size": 48, "steps": 3, "coarsest": 0}
    steps = painted(**chosen)
    assert [step.number for step in steps] == [1, 2, 3]
    assert float(steps[-1].total) < float(steps[0].total)


def test_layers_that_the_network_does_not_have_are_replaced_and_said_so_once(painted):
    steps = painted(content_layers="relu4_4", style_layers="relu1_1,relu5_3")
    assert steps[0].notes == (
        "compact has no relu4_4; relu4_2 is used",
        "compact has no relu5_3; relu5_1 is used",
    )
    assert not any(step.notes for step in steps[1:])


def test_a_picture_too_small_for_the_layers(painted):
    with pytest.raises(
        ImageError, match=r"would be 12 x \d+ pixels; its shorter side needs at least 16"
    ) as error:
        painted(size=12)
    assert error.value.exit_code == 3


def test_a_size_of_both_sides_is_met(painted):
    assert painted(size="40x50", steps=2)[-1].image.shape == (1, 3, 50, 40)


def test_a_device_that_is_not_there(painted):
    absent = next(kind for kind in ("mps", "xpu") if kind != "cpu")
    with pytest.raises(UsageError, match=f"device '{absent}' is not available"):
        painted(device=absent)


def test_one_region_equals_none(painted):
    one, none = (painted(regions=regions)[-1].image for regions in ("1", "off"))
    assert torch.equal(one, none)


def test_regions_change_the_picture_where_there_are_any(painted, content):
    """A picture painted after itself has the regions that it has."""
    found, none = (painted((content,), start="noise", regions=regions)[-1].image for regions in ("2", "off"))
    assert not torch.equal(found, none)


@pytest.mark.parametrize("regions", ["off", "2"])
def test_a_picture_painted_in_its_own_style_is_itself(painted, content, regions):
    """The identity: nothing pulls it away, from scale to scale."""
    last = painted((content,), regions=regions)[-1]
    assert (last.image - pixels(content, (64, 48))).abs().mean() < 1 / 255


def test_content_is_recolored_before_it_is_painted(painted, style):
    """With next to no steps, the colors are the style's already."""
    still = {"optimizer": "adam", "rate": 1e-6, "steps": 1, "coarsest": 0, "regions": "off"}
    plain, recolored = (painted(recolor=amount, **still)[-1].image.mean((0, 2, 3)) for amount in (0, 1))
    wanted = pixels(style, (60, 60)).mean((0, 2, 3))
    assert (recolored - wanted).abs().max() < 0.02
    assert (plain - wanted).abs().max() > 0.1


def test_a_larger_scale_begins_with_the_content_s_detail(painted, content):
    """At strength 50, what the coarse scale cannot hold comes from the content; at 100 it does not."""
    still = {"optimizer": "adam", "rate": 1e-6, "steps": 1, "recolor": 0}
    errors = []
    for strength in (50, 100):
        last = painted(strength=strength, **still)[-1].image
        errors.append(float((last - pixels(content, (64, 48))).abs().mean()))
    assert errors[0] < 1e-3
    assert errors[1] > 0.01


def test_a_picture_too_narrow_is_named(content, style):
    thin = replace(style, rgb=Image.new("RGB", (600, 2)), name="thin.png")
    with pytest.raises(
        ImageError, match=r"the style 'thin.png' would be 600 x 2 pixels; .* at least 16"
    ) as found:
        next(paint(make_plan(Options(**SMALL), content, (thin,), (1.0,))))
    assert "may be cropped" in found.value.hint
    with pytest.raises(ImageError, match=r"the content 'thin.png' would be 64 x 1 pixels"):
        next(paint(make_plan(Options(**SMALL), thin, (style,), (1.0,))))
