"""The time that is left: by the speed of late, whatever the machine did before, and by what each scale costs."""

import pytest

from scumble.cli.clock import TARGETS, Clock, Pace, RunClock
from scumble.options import Options
from scumble.plan.plan import make_plan, with_steps


def seconds_in(text):
    """Return the seconds of a text such as `12 s left` or `2 min left`."""
    number, unit, _ = text.split()
    return float(number) * {"s": 1, "min": 60}[unit]


class Time:
    """A time that passes when it is told to."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def told_at(speeds, each=1.0):
    """Return what a clock tells in the end when so many shares of the work were done in each second."""
    time, done = Time(), 0.0
    clock = Clock(time)
    clock.tell(0.0)
    for speed in speeds:
        time.seconds += each
        done += speed * each
        _, left = clock.tell(done)
    return seconds_in(left), (1 - done) / speeds[-1]


def test_nothing_is_told_before_anything_is_known():
    clock = Clock(Time())
    assert clock.tell(0.25) == (0, "")
    assert clock.tell(0.25) == (0, "")


def test_an_even_speed_is_told_as_it_is():
    left, right = told_at([0.001] * 200)
    assert left == pytest.approx(right, rel=0.1)


def test_a_machine_that_gets_busy_is_noticed_and_so_is_one_that_gets_idle():
    for speeds in ([0.004] * 100 + [0.001] * 90, [0.001] * 90 + [0.004] * 60):
        left, right = told_at(speeds)
        assert left == pytest.approx(right, rel=0.1)
        mean = (1 - sum(speeds)) / (sum(speeds) / len(speeds))
        assert abs(mean - right) > 0.2 * right  # what the mean since the start says


def test_a_single_slow_step_does_not_make_it_jump():
    pace = Pace()
    for _ in range(100):
        pace.add(0.5, 1)
    pace.add(2.0, 1)
    assert pace.seconds < 0.6


@pytest.fixture
def plan(content, style):
    """Four scales, each with four times the pixels of the one before."""
    options = Options(size=512, coarsest=64, steps=(30, 20, 20, 10), bleed=0)
    return make_plan(options, content, (style,), (1.0,))


def walked(plan, cost, until):
    """Return what the clock of a run tells after some steps, and what the rest takes at such a cost a step."""
    time, count = Time(), 0
    clock = RunClock(plan, time)
    rest = 0.0
    for scale in plan.scales:
        for number in range(1, scale.steps + 1):
            took = cost(scale.width * scale.height) * (1 + TARGETS * (number == 1))
            count += 1
            if count > until:
                rest += took
                continue
            time.seconds += took
            left = clock.tell(scale, number, scale.steps)[1]
    return seconds_in(left), rest


@pytest.mark.parametrize("fixed", [0.0, 0.012, 0.1])
def test_what_finer_scales_will_take_is_learned_from_those_before(plan, fixed):
    left, rest = walked(plan, lambda pixels: 10 * fixed + 1e-5 * pixels, 40)
    assert left == pytest.approx(rest, rel=0.05, abs=1)
    work = [scale.work for scale in plan.scales]
    if fixed != 0.012:  # which the share of the work takes for granted
        done = work[0] + work[1] / 2
        spent = 34 * (10 * fixed + 1e-5 * 64 * 48) + 14 * (10 * fixed + 1e-5 * 128 * 96)
        assert abs(spent / done * (sum(work) - done) / rest - 1) > 0.2


def test_the_first_scale_is_taken_for_what_the_work_says(plan):
    left, rest = walked(plan, lambda pixels: 1e-6 * (12_000 + pixels), 10)
    assert left == pytest.approx(rest, abs=1)


def test_a_run_that_stops_before_its_end_counts_to_there(plan):
    steps = with_steps(plan, 40)
    left, _ = walked(steps, lambda _: 1.0, 35)
    assert left == 5


def test_an_odd_measurement_never_makes_coming_scales_cheaper_than_this_one(plan):
    seconds = iter([1.0] * 36 + [0.1] * 60)  # the machine was busy at the first scale alone
    left, _ = walked(plan, lambda _: next(seconds), 50)
    assert left >= 0.1 * (20 + 10 + 2 * TARGETS) - 1
