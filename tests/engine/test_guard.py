"""Runs that go wrong are noticed, rolled back once, and then given up with a message."""

import math

import pytest
import torch

from scumble.engine.guard import Guard, Witness, deviation
from scumble.errors import RunFailed
from scumble.optimizers.adam import Adam
from scumble.optimizers.base import Evaluation, Update


def picture(seed=0):
    return torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(seed))


def update(image, total, gradient=1.0, evaluated=None):
    evaluation = Evaluation(torch.tensor(float(total)), torch.full_like(image, gradient))
    return Update(image, evaluation, image if evaluated is None else evaluated)


@pytest.fixture
def guard():
    guard = Guard(varied=True)
    guard.watch(picture())
    return guard


def test_a_run_that_goes_well(guard):
    verdicts = [
        guard.verdict(picture(n), update(picture(n + 1), total)) for n, total in enumerate([9, 5, 6, 2])
    ]
    assert verdicts == ["fine"] * 4


@pytest.mark.parametrize("total", [math.nan, math.inf, -math.inf])
def test_a_total_that_is_not_finite(guard, total):
    assert guard.verdict(picture(), update(picture(1), total)) == "non-finite"


def test_a_single_pixel_that_is_not_finite(guard):
    image = picture(1)
    image[0, 1, 3, 3] = math.nan
    assert guard.verdict(picture(), update(image, 1.0)) == "non-finite"


def test_a_picture_that_turns_grey(guard):
    grey = 0.5 + 1e-4 * picture(1)
    assert guard.verdict(picture(), update(grey, 1.0)) == "constant"


def test_a_picture_of_one_color_may_stay_so():
    guard = Guard(varied=False)
    guard.watch(picture())
    assert guard.verdict(picture(), update(torch.full((1, 3, 8, 8), 0.5), 1.0)) == "fine"


def test_a_start_of_one_color_is_left_slowly(guard):
    grey = torch.full((1, 3, 8, 8), 0.5)
    assert guard.verdict(grey, update(grey + 1e-4 * picture(), 1.0)) == "fine"


def test_one_varied_channel_is_a_picture():
    image = torch.full((1, 3, 8, 8), 0.5)
    assert deviation(image) == 0
    image[:, 2] = picture()[:, 2]
    assert deviation(image) == pytest.approx(float(picture()[:, 2].std(correction=0)))


def test_a_total_that_grows_a_thousandfold(guard):
    assert guard.verdict(picture(), update(picture(1), 2.0)) == "fine"
    assert guard.verdict(picture(), update(9 * picture(2), 1999.0)) == "fine"
    assert guard.verdict(picture(), update(picture(3), 2001.0)) == "fine"  # pixels that can still be shown
    assert guard.verdict(picture(), update(9 * picture(3), 2001.0)) == "diverging"


def test_standing_still_on_a_slope_is_being_stuck(guard):
    verdicts = [guard.verdict(picture(), update(picture(), 4.0, gradient=9.0)) for _ in range(3)]
    assert verdicts == ["fine", "fine", "stuck"]


def test_standing_still_in_the_valley_is_the_end(guard):
    verdicts = [guard.verdict(picture(), update(picture(), 4.0, gradient=1e-6)) for _ in range(3)]
    assert verdicts == ["fine", "fine", "at rest"]


def test_standing_still_after_coming_down_is_the_end(guard):
    guard.verdict(picture(1), update(picture(), 4.0, gradient=9.0))
    verdicts = [guard.verdict(picture(), update(picture(), 3.0, gradient=9.0)) for _ in range(3)]
    assert verdicts == ["fine", "fine", "at rest"]


def test_after_a_rescue_the_best_picture_of_a_scale_is_its_last(guard):
    best, last = update(picture(), 2.0, evaluated=picture(1)), update(picture(3), 5.0)
    for each in (best, last):
        guard.verdict(picture(9), each)
    end = last.image, last.evaluation
    assert guard.kept(*end, lambda _: best.evaluation) == end
    guard.rescue("stuck", 2)
    image, evaluation = guard.kept(*end, lambda _: best.evaluation)
    assert torch.equal(image, picture(1))
    assert evaluation.total == 2.0


@pytest.mark.parametrize(
    ("plateau", "number", "precision", "said"),
    [
        (0.0, 3, torch.float32, "64 x 48 is at rest after step 3 of 9: no further one gains anything"),
        (0.0, 3, torch.bfloat16, "64 x 48 is at rest after step 3 of 9: no further one gains anything in bfloat16; "
         "--precision float32 tells smaller gains apart"),
        (0.0, 9, torch.float32, None),
        (1e-4, 3, torch.bfloat16, None),
    ],
)  # fmt: skip
def test_rest_is_said_where_all_steps_were_asked_for(plateau, number, precision, said):
    guard = Guard(varied=True, plateau=plateau)
    assert guard.rest((64, 48), number, 9, precision) == ((said,) if said else ())


def test_a_step_that_moves_begins_the_count_again(guard):
    still, moving = update(picture(), 4.0, 9.0), update(picture(), 4.0, 9.0)
    befores = [picture(), picture(), picture(1), picture(), picture()]
    assert [guard.verdict(before, still) for before in befores] == ["fine"] * 5
    assert guard.verdict(picture(), moving) == "stuck"


def test_the_best_picture_is_kept(guard):
    for seed, total in enumerate([5.0, 2.0, 3.0]):
        guard.verdict(picture(9), update(picture(8), total, evaluated=picture(seed)))
    guard.verdict(picture(9), update(picture(7), math.nan))
    assert torch.equal(guard.best, picture(1))


def test_before_any_step_the_start_is_the_best(guard):
    guard.verdict(picture(9), update(picture(7), math.nan))
    assert torch.equal(guard.best, picture())


def test_each_scale_begins_anew(guard):
    guard.verdict(picture(9), update(picture(8), 1.0))
    guard.watch(picture(3))
    assert torch.equal(guard.best, picture(3))
    assert guard.verdict(picture(9), update(picture(8), 1e6)) == "fine"


def test_one_rescue_and_then_an_error(guard):
    optimizer, note = guard.rescue("diverging", 7)
    assert isinstance(optimizer, Adam)
    assert note == "diverging at step 7: back to the best picture, on with adam at rate 0.005"
    guard.watch(picture())  # the next scale has no second one
    with pytest.raises(RunFailed) as error:
        guard.rescue("non-finite", 9)
    assert error.value.message == (
        "the run became non-finite at step 9, and so it had before the safer second try"
    )
    assert error.value.exit_code == 1
    assert "--optimizer adam" in error.value.hint


def plateau_verdicts(totals, plateau=1e-4):
    guard = Guard(varied=True, plateau=plateau)
    guard.watch(picture())
    return [guard.verdict(picture(n), update(picture(n + 1), total)) for n, total in enumerate(totals)]


def test_twenty_steps_that_gain_next_to_nothing_end_a_scale():
    falling = [9 - n / 4 for n in range(20)]
    flat = [4 * (1 - 4e-6 * n) for n in range(22)]
    verdicts = plateau_verdicts(falling + flat)
    assert verdicts[:40] == ["fine"] * 40
    assert verdicts[40] == "converged"
    assert set(plateau_verdicts(falling + flat, plateau=0)) == {"fine"}


def test_slow_gain_and_a_way_uphill_are_no_plateau():
    assert set(plateau_verdicts([4 * (1 - 1e-5 * n) for n in range(40)])) == {"fine"}
    assert set(plateau_verdicts([4 + n / 100 for n in range(40)])) == {"fine"}


def test_what_stands_still_for_want_of_numbers_is_not_at_rest():
    image, said = torch.zeros(1, 3, 4, 4), [1.0]

    def objective(image):
        own = torch.tensor(said[0])
        return Evaluation(own, torch.zeros_like(image), {"own": own, "other": torch.tensor(1.0)})

    witness = Witness(objective)
    assert witness.verdict("at rest", witness(image)) == "at rest"
    said[0] = math.nan
    assert witness.verdict("at rest", witness(image)) == "at rest"  # a line search went too far once
    lost = Witness(objective)
    last = lost(image)
    assert [lost.verdict(one, last) for one in ("at rest", "converged", "stuck", "fine")] == [
        "non-finite"
    ] * 3 + ["fine"]
    assert lost.culprits() == "own"
    assert Guard(True).rescue("non-finite", 3, "own")[1].startswith("non-finite at step 3 (own): back to")
