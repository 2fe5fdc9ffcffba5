"""The course of a run: what is kept of many steps, and that of a painted picture."""

from itertools import pairwise

import pytest
import torch

from scumble.course import POINTS, Course, Keeper
from scumble.options import Options
from scumble.record import Record
from scumble.runs.prepare import prepare


def kept(steps, scale_steps=10**9, **costs):
    """Return the course of so many steps; sizes double every `scale_steps`."""
    keeper = Keeper()
    for count in range(1, steps + 1):
        size = 32 << (count - 1) // scale_steps
        keeper.keep(count, (size, size), {"total": float(count), **costs})
    return keeper.course()


@pytest.mark.parametrize("steps", [1, 2, POINTS - 1, POINTS, POINTS + 1, 3 * POINTS + 7, 5000])
def test_what_is_kept_is_evenly_thinned_and_holds_the_first_and_the_last_step(steps):
    course = kept(steps)
    assert (course.steps[0], course.steps[-1]) == (1, steps)
    assert course.costs["total"] == course.steps
    assert min(steps, POINTS // 2) <= len(course.steps) <= POINTS
    gaps = [later - earlier for earlier, later in pairwise(course.steps[:-1])]
    assert len(set(gaps)) <= 1


@pytest.mark.parametrize("stopped", [1, 2, 150, POINTS, 333])
def test_a_course_that_goes_on_is_that_of_an_unbroken_run(stopped):
    keeper = Keeper(kept(stopped))
    for count in range(stopped + 1, 501):
        keeper.keep(count, (32, 32), {"total": float(count)})
    assert keeper.course() == kept(500)


def test_no_step_is_left_out_of_a_short_run():
    assert kept(POINTS - 1).steps == tuple(range(1, POINTS))


def test_scales_are_marked_where_they_begin():
    scales = kept(700, scale_steps=300).scales
    assert [(scale.width, scale.step) for scale in scales] == [(32, 1), (64, 301), (128, 601)]


def test_a_run_without_a_step_has_no_course():
    assert Keeper().course() is None


def test_a_term_that_some_steps_lack_is_left_out():
    keeper = Keeper()
    keeper.keep(1, (8, 8), {"total": 1.0, "gram": 1.0})
    keeper.keep(2, (8, 8), {"total": 1.0})
    assert keeper.course().costs == {"total": (1.0, 1.0)}


@pytest.mark.parametrize("stopped", [1, 150, POINTS])
def test_layers_and_weights_go_on_too(stopped):
    def keep(keeper, steps):
        for count in steps:
            layers = {("gram", "relu1_1"): float(count), ("gram", "relu2_1"): 2.0 * count}
            keeper.keep(count, (32, 32), {"total": 1.0, "gram": 3.0 * count}, layers, {"gram": 0.5})
        return keeper.course()

    whole = keep(Keeper(), range(1, 301))
    assert whole.weights == {"gram": 0.5}
    assert whole.layers["gram"]["relu1_1"] == tuple(map(float, whole.steps))
    first = keep(Keeper(), range(1, stopped + 1))
    assert keep(Keeper(first), range(stopped + 1, 301)) == whole


def test_every_layer_has_a_value_for_each_step():
    with pytest.raises(ValueError, match="one value for each step"):
        Course(scales=(), steps=(1, 2), costs={}, layers={"gram": {"relu1_1": (1.0,)}})


def test_tensors_are_not_read_before_the_end():
    cost = torch.tensor(1.0)
    keeper = Keeper()
    keeper.keep(1, (8, 8), {"total": cost})
    cost.fill_(0.123456)
    assert keeper.course().costs == {"total": (0.1235,)}


@pytest.mark.usefixtures("weights")
def test_the_record_of_a_picture_holds_its_course(content, style):
    run = prepare(content, style, size=64, coarsest=32, steps=(3, 2), threads=1)
    steps = [step.costs() for step in run]
    record = run.result().record
    assert record.course.steps == (1, 2, 3, 4, 5)
    assert [(one.width, one.height, one.step) for one in record.course.scales] == [(32, 24, 1), (64, 48, 4)]
    assert record.course.costs.keys() == record.costs.keys()
    for name, values in record.course.costs.items():
        assert values == pytest.approx([costs[name] for costs in steps], rel=1e-3)
    for name, layers in record.course.layers.items():
        sums = [sum(costs) for costs in zip(*layers.values(), strict=True)]
        assert sums == pytest.approx(record.course.costs[name], rel=2e-3)
    assert record.course.layers["covariance"].keys() == set(Options().style_layers)
    for place, total in enumerate(record.course.costs["total"]):
        parts = [weight * record.course.costs[name][place] for name, weight in record.course.weights.items()]
        assert sum(parts) == pytest.approx(total, rel=2e-3)
    assert Record.from_json(record.to_json()) == record
    assert isinstance(record.course, Course)


@pytest.mark.usefixtures("weights")
def test_a_run_begun_again_begins_its_course_again(content, style):
    run = prepare(content, style, size=64, coarsest=32, steps=1, threads=1)
    for _ in range(2):
        list(run)
    assert run.result().record.course.steps == (1, 2)
    assert len(run.result().record.course.scales) == 2


@pytest.mark.usefixtures("weights")
def test_the_content_itself_has_none(content, style):
    run = prepare(content, style, size=48, strength=0, threads=1)
    list(run)
    assert run.result().record.course is None
