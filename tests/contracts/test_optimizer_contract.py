"""The contract that every registered optimizer keeps. A new optimizer is tested by existing."""

import pytest
import torch
from torch.nn import functional as F

from scumble.optimizers.base import Evaluation, optimizers

SHAPE = (1, 3, 6, 5)


@pytest.fixture(params=list(optimizers))
def kind(request):
    return optimizers[request.param]


def drawn(seed, shape=SHAPE):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def evaluating(function):
    """Return what an optimizer evaluates for a function of the image."""

    def evaluate(image):
        leaf = image.detach().clone().requires_grad_()
        total = function(leaf)
        (gradient,) = torch.autograd.grad(total, leaf)
        return Evaluation(total.detach(), gradient)

    return evaluate


def bowl(image):
    return (image - 0.5).square().sum()


def narrow_valley(image):
    """A quadratic a hundred times as steep along some pixels as along others."""
    return (torch.logspace(0, 2, image.numel()).view_as(image) * (image - 0.5).square()).sum()


def bent_valley(image):
    """Rosenbrock's function of neighboring pixels."""
    pixels = 2 * image.flatten()
    return (10 * (pixels[1:] - pixels[:-1] ** 2) ** 2 + (1 - pixels[:-1]) ** 2).sum()


def run(optimizer, image, function, steps):
    for _ in range(steps):
        image = optimizer.step(image, evaluating(function)).image
    return image


@pytest.mark.parametrize(
    ("function", "left"),
    [(bowl, 0.05), (narrow_valley, 0.3), (bent_valley, 0.5)],
    ids=lambda it: str(it)[:20],
)
def test_goes_down(kind, function, left):
    before = drawn(1)
    after = run(kind(), before, function, 60)
    assert function(after) < left * function(before)


def test_leaves_the_image_it_was_given_as_it_is(kind):
    optimizer, image = kind(), drawn(1)
    for _ in range(3):
        before = image.clone()
        update = optimizer.step(image, evaluating(bowl))
        assert torch.equal(image, before)
        image = update.image


def test_a_later_step_does_not_change_the_image_of_an_earlier_one(kind):
    optimizer = kind()
    first = optimizer.step(drawn(1), evaluating(narrow_valley)).image
    kept = first.clone()
    run(optimizer, first, narrow_valley, 5)
    assert torch.equal(first, kept)


def test_the_evaluation_is_that_of_the_image_it_names(kind):
    optimizer, image = kind(), drawn(1)
    for _ in range(4):
        update = optimizer.step(image, evaluating(narrow_valley))
        expected = evaluating(narrow_valley)(update.evaluated)
        torch.testing.assert_close(update.evaluation.total, expected.total)
        torch.testing.assert_close(update.evaluation.gradient, expected.gradient)
        image = update.image


def test_does_the_same_each_time(kind):
    first, second = (run(kind(), drawn(1), bent_valley, 12) for _ in range(2))
    assert torch.equal(first, second)


def test_keeps_shape_and_kind_of_numbers(kind):
    image = run(kind(), drawn(1).double(), bowl, 3)
    assert image.shape == SHAPE
    assert image.dtype == torch.float64


def test_goes_on_with_an_image_of_another_size(kind):
    optimizer = kind()
    optimizer.next_scale(lambda image: image)  # the first scale begins like all others
    image = run(optimizer, drawn(1), narrow_valley, 5)
    sizes = [(12, 10), (13, 9)]
    for size in sizes:

        def resize(image, size=size):
            return F.interpolate(image, size, mode="bicubic", antialias=True)

        image = resize(image)
        optimizer.next_scale(resize)
        before = narrow_valley(image)
        image = run(optimizer, image, narrow_valley, 20)
        assert image.shape[-2:] == size
        assert image.isfinite().all()
        assert narrow_valley(image) < before


def test_a_smaller_rate_moves_less(kind):
    start = drawn(1)
    usual, small = (
        kind(rate).step(start, evaluating(narrow_valley)).image for rate in (None, kind.own_rate / 1e4)
    )
    assert 0 < (small - start).abs().max() < (usual - start).abs().max() / 5


def test_no_rate_is_its_own_rate(kind):
    images = [run(kind(rate), drawn(1), bowl, 3) for rate in (None, kind.own_rate)]
    assert torch.equal(*images)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 1e38])
@pytest.mark.parametrize("after", [0, 2])
def test_numbers_that_are_not_finite_do_not_raise(kind, bad, after):
    """The guard judges them; an optimizer only has to come back."""
    optimizer = kind()
    image = run(optimizer, drawn(1), bowl, after)

    def evaluate(image):
        return Evaluation(torch.tensor(bad), torch.full_like(image, bad))

    for _ in range(2):
        image = optimizer.step(image, evaluate).image
    assert image.shape == SHAPE


def test_a_flat_objective_moves_nothing(kind):
    update = kind().step(drawn(1), evaluating(lambda image: 0 * image.sum()))
    assert torch.equal(update.image, drawn(1))


@pytest.mark.parametrize("function", [narrow_valley, bent_valley])
@pytest.mark.parametrize("before", [0, 1, 2, 15])
def test_a_loaded_optimizer_goes_on_bit_by_bit(kind, function, before):
    """What it is loaded with has come from a file: other memory, same numbers."""
    first = kind()
    image = run(first, drawn(1), function, before)
    state = {name: one.clone() for name, one in first.state(image).items()}
    expected, second = run(first, image, function, 5), kind()
    second.load(copied := image.clone(), state)
    assert torch.equal(run(second, copied, function, 5), expected)


def test_a_state_is_not_changed_by_later_steps(kind):
    optimizer = kind()
    image = run(optimizer, drawn(1), narrow_valley, 4)
    state = optimizer.state(image)
    before = {name: one.clone() for name, one in state.items()}
    run(optimizer, image, narrow_valley, 12)
    assert state.keys() == before.keys() != set()
    assert all(torch.equal(state[name], before[name]) for name in state)


def test_a_state_holds_arrays_as_large_as_the_image_and_numbers(kind):
    optimizer = kind()
    image = run(optimizer, drawn(1), narrow_valley, 4)
    assert {one.shape for one in optimizer.state(image).values()} <= {torch.Size(SHAPE), torch.Size()}


def test_a_loaded_optimizer_goes_on_at_the_next_scale(kind):
    def resize(image):
        return F.interpolate(image, (9, 8), mode="bicubic", antialias=True)

    first, second = kind(), kind()
    image = run(first, drawn(1), narrow_valley, 6)
    second.load(image, first.state(image))
    ends = []
    for optimizer in (first, second):
        optimizer.next_scale(resize)
        ends.append(run(optimizer, resize(image), narrow_valley, 3))
    assert torch.equal(*ends)


def test_a_state_that_is_not_its_own_is_refused(kind):
    with pytest.raises(ValueError, match="it holds other"):
        kind().load(drawn(1), {"other": torch.ones(())})
