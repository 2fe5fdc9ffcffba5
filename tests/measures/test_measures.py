"""What every measure must do: be finite on anything, stay within its range, repeat itself, leave its inputs alone."""

import math
from itertools import product

import pytest
import torch

from scumble.measures import MEASURES, measure, names_of, version


def pictures(height, width):
    """A black, a grey and a random picture."""
    even = [torch.full((1, 3, height, width), level) for level in (0.0, 0.5)]
    return [*even, torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height))]


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (90, 35)])
def test_finite_and_within_range_for_any_pictures(size):
    some = pictures(*size)
    for picture, (content, style) in product(some, zip(some, (some[2][..., :32], *some[:2]), strict=True)):
        found = measure(picture, content, style)
        assert found.keys() == MEASURES.keys()
        assert all(math.isfinite(value) for value in found.values()), found
        assert all(value >= 0 for name, value in found.items() if MEASURES[name].lower_is_better)
        assert all(-1 <= found[name] <= 1 for name in names_of("content"))


def test_the_same_again_whatever_the_random_state(photo, painting):
    inputs = [photo.clone(), photo.flip(3), painting.clone()]
    first = measure(*inputs)
    torch.manual_seed(77)
    assert measure(*inputs) == first
    assert torch.equal(inputs[0], photo)
    assert torch.equal(inputs[2], painting)


def test_random_state_is_left_alone(photo, painting):
    before = torch.random.get_rng_state()
    measure(photo, photo, painting)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_picture_of_another_size_is_fitted_for_content_alone(photo, painting):
    found = measure(painting, photo, painting)
    assert [found[name] for name in names_of("style")] == pytest.approx([0, 0, 0, 0], abs=1e-6)
    assert found["structure"] < 0.5


def test_what_is_measured_is_what_the_references_allow(photo, painting):
    alone = {name for name, one in MEASURES.items() if one.alone}
    assert measure(painting).keys() == alone != set()
    with_content, with_style = measure(painting, photo), measure(photo, style=painting)
    assert with_content.keys() == alone | set(names_of("content"))
    assert with_style.keys() == alone | set(names_of("style"))
    whole = measure(photo, photo, painting)
    assert {name: whole[name] for name in names_of("style")} == {
        name: with_style[name] for name in names_of("style")
    }


def test_the_version_is_that_of_the_text():
    assert version() == version()
    assert len(version()) == 16
