"""Adam and L-BFGS beside torch's own; gradient descent by its formula."""

import math

import pytest
import torch

from scumble.optimizers.adam import Adam
from scumble.optimizers.base import Evaluation
from scumble.optimizers.gradient_descent import GradientDescent
from scumble.optimizers.lbfgs import LBFGS


class Counted:
    """Evaluate a function of an image and remember where it was evaluated."""

    def __init__(self, function):
        self.function = function
        self.images = []

    def __call__(self, image):
        self.images.append(image)
        leaf = image.detach().clone().requires_grad_()
        total = self.function(leaf)
        (gradient,) = torch.autograd.grad(total, leaf)
        return Evaluation(total.detach(), gradient)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64).view(1, 1, 1, -1)


def rosenbrock(image):
    x, y = image.flatten()
    return 100 * (y - x**2) ** 2 + (1 - x) ** 2


def smooth(image):
    """Curvatures from 1 to 100, not quite quadratic."""
    curvatures = torch.logspace(0, 2, image.numel(), dtype=image.dtype).view_as(image)
    return (curvatures * (image - 0.3).cosh()).sum()


def test_adam_is_torchs():
    ours, theirs = Adam(rate=0.03), tensor(-1.2, 1.0).requires_grad_()
    torchs = torch.optim.Adam([theirs], lr=0.03)
    image = tensor(-1.2, 1.0)
    for _ in range(20):
        torchs.zero_grad()
        rosenbrock(theirs).backward()
        torchs.step()
        image = ours.step(image, Counted(rosenbrock)).image
    torch.testing.assert_close(image, theirs.detach(), rtol=0, atol=1e-6)


def test_adam_moves_each_pixel_by_the_rate_at_first():
    moved = Adam(rate=0.1).step(tensor(-1.2, 1.0), Counted(rosenbrock)).image - tensor(-1.2, 1.0)
    torch.testing.assert_close(moved.abs(), tensor(0.1, 0.1))


def test_adam_goes_on_at_the_next_scale_with_what_it_knows():
    adam = Adam(rate=0.1)
    adam.step(tensor(-1.2, 1.0), Counted(rosenbrock))
    adam.next_scale(lambda image: image.repeat(1, 1, 1, 2) * -1)  # a resize that overshoots below 0
    image = adam.step(tensor(1.0, 1.0, 1.0, 1.0), Counted(smooth)).image
    assert image.isfinite().all()
    assert adam.number == 2


def test_gradient_descent_divides_by_the_largest_gradient_of_the_scale():
    descent, image = GradientDescent(rate=0.05), tensor(0.0, 0.0)

    def slope(image):
        return (image * tensor(4.0, -2.0)).sum() if image.max() == 0 else (image * tensor(1.0, -8.0)).sum()

    image = descent.step(image, Counted(slope)).image
    torch.testing.assert_close(image, tensor(-0.05, 0.025))
    image = descent.step(image, Counted(slope)).image
    torch.testing.assert_close(image, tensor(-0.05 - 0.05 / 4, 0.025 + 0.05 * 8 / 4))
    descent.next_scale(None)
    image = descent.step(image, Counted(slope)).image - image
    torch.testing.assert_close(image, tensor(-0.05 / 8, 0.05))


def minimized(optimizer, image, evaluate, until, most=200):
    """Return the number of steps until the total is below a limit."""
    for number in range(1, most + 1):
        image = optimizer.step(image, evaluate).image
        if evaluate.function(image) < until:
            return number
    raise AssertionError(f"{float(evaluate.function(image))} after {most} steps")


def test_lbfgs_reaches_rosenbrocks_minimum():
    evaluate = Counted(rosenbrock)
    assert minimized(LBFGS(), tensor(-1.2, 1.0), evaluate, until=1e-10) < 60
    torch.testing.assert_close(evaluate.images[-1], tensor(1.0, 1.0), rtol=0, atol=1e-4)


def torchs_evaluations(function, image, until):
    """Return how many evaluations torch's L-BFGS takes until the total is below a limit."""
    image = image.clone().requires_grad_()
    optimizer = torch.optim.LBFGS(
        [image], max_iter=1000, history_size=10, line_search_fn="strong_wolfe", tolerance_change=0
    )
    totals = []

    def closure():
        optimizer.zero_grad()
        total = function(image)
        total.backward()
        totals.append(float(total.detach()))
        return total

    optimizer.step(closure)
    return next(number for number, total in enumerate(totals, start=1) if total < until)


@pytest.mark.parametrize(
    ("function", "start", "least"),
    [(rosenbrock, tensor(-1.2, 1.0), 0.0), (smooth, torch.linspace(-2, 2, 8).double(), 206.3718)],
)
def test_lbfgs_needs_about_as_many_evaluations_as_torchs(function, start, least):
    evaluate = Counted(function)
    minimized(LBFGS(), start, evaluate, until=least + 1e-3)
    assert len(evaluate.images) <= 1.25 * torchs_evaluations(function, start, until=least + 1e-3) + 3


def test_lbfgs_takes_about_one_evaluation_per_update():
    evaluate, optimizer, image = Counted(smooth), LBFGS(), torch.rand(1, 3, 8, 8, dtype=torch.float64)
    for _ in range(30):
        image = optimizer.step(image, evaluate).image
    assert len(evaluate.images) <= 30 * 1.2 + 3


@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_lbfgs_goes_the_same_way_in_any_unit_of_the_objective(unit):
    """The classic formulae have totals of 1e9 and more."""
    found = []
    for factor in (1.0, unit):
        optimizer, image = LBFGS(), tensor(-1.2, 1.0)
        for _ in range(20):
            image = optimizer.step(image, Counted(lambda it, f=factor: f * rosenbrock(it))).image
        found.append(image)
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-4)


def test_lbfgs_remembers_no_more_than_its_history():
    optimizer, image = LBFGS(history=3), tensor(-1.2, 1.0)
    for _ in range(10):
        image = optimizer.step(image, Counted(rosenbrock)).image
    assert len(optimizer.memory) == 3


@pytest.mark.parametrize("evaluations", [20, 7])
def test_lbfgs_spends_the_evaluations_of_a_step(evaluations):
    optimizer, image = LBFGS(evaluations=evaluations), torch.rand(1, 3, 8, 8, dtype=torch.float64)
    for _ in range(2):
        evaluate = Counted(smooth)
        image = optimizer.step(image, evaluate).image
        assert len(evaluate.images) == evaluations


def test_many_evaluations_in_a_step_are_many_steps():
    one, many = LBFGS(evaluations=20), LBFGS()
    evaluate = Counted(rosenbrock)
    image = tensor(-1.2, 1.0)
    while len(evaluate.images) < 20:
        image = many.step(image, evaluate).image
    assert torch.equal(one.step(tensor(-1.2, 1.0), Counted(rosenbrock)).image, image)


def test_an_image_clipped_between_updates_is_evaluated_again():
    optimizer, evaluate = LBFGS(), Counted(smooth)
    image = optimizer.step(tensor(1.5, 0.2), evaluate).image
    kept = len(evaluate.images)
    optimizer.step(image, evaluate)
    assert not torch.equal(evaluate.images[kept], image)  # the last update ended there: known
    clipped = evaluate.images[-1].clamp(0, 0.2)
    kept = len(evaluate.images)
    optimizer.step(clipped, evaluate)
    assert evaluate.images[kept] is clipped


def test_lbfgs_comes_back_from_beyond_an_edge():
    """-log(1 - x) is NaN above 1, and the first length reaches there."""

    def edge(image):
        return (-50 * image - torch.log(1 - image)).sum()

    image = tensor(0.0, 0.5)
    optimizer = LBFGS(rate=300.0)
    beyond = Counted(edge)
    for _ in range(30):
        image = optimizer.step(image, beyond).image
    assert any(edge(image).isnan() for image in beyond.images)
    torch.testing.assert_close(image, tensor(0.98, 0.98), rtol=0, atol=1e-4)


def test_lbfgs_knows_nothing_of_an_image_when_the_scale_changes():
    """The objective is another one, even where the image is the same."""
    optimizer, evaluate = LBFGS(), Counted(smooth)
    image = optimizer.step(tensor(1.5, 0.2), evaluate).image
    optimizer.next_scale(lambda same: same)
    kept = len(evaluate.images)
    optimizer.step(image, evaluate)
    assert evaluate.images[kept] is image


def test_lbfgs_takes_one_evaluation_to_see_that_there_is_no_way():
    evaluate = Counted(lambda image: image.sum() * math.nan)
    LBFGS(evaluations=20).step(tensor(1.0, 2.0), evaluate)
    assert len(evaluate.images) == 1


def test_lbfgs_stands_still_where_nothing_is_lower():
    """A gradient that points the wrong way: the search gives up, and so does the step."""

    def lying(image):
        truth = Counted(smooth)(image)
        return Evaluation(truth.total, -truth.gradient)

    start = tensor(1.0, 2.0)
    update = LBFGS(evaluations=20).step(start, lying)
    assert update.image is start
