"""How far a student is from its teacher: each term against its definition, and that it can be learned from."""

from typing import Any

import numpy as np
import pytest
import torch
from training.heads import fit_heads
from training.student import Student
from training.teacher import Teacher
from training.terms import FLAT, covariance_distance, errors, gradient_distance, kernel_distances


@pytest.fixture
def student():
    torch.manual_seed(0)
    return Student()


@pytest.fixture
def image():
    return torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def test_errors_are_relative_to_the_variance(student, image, recipe):
    taught, own = Teacher(recipe.teacher)(image), student(image)
    found, predicted = errors(student, own, taught)
    wanted = [(predicted[n] - taught[n]).square().mean() / taught[n].var() for n in student.heads]
    torch.testing.assert_close(found, torch.stack(wanted))
    exact, _ = errors(student, own, {name: value.detach() for name, value in predicted.items()})
    assert float(exact.detach().abs().max()) == 0


def test_covariances_are_those_of_numpy():
    generator = torch.Generator().manual_seed(0)
    ours, theirs = (torch.rand(1, 5, 6, 7, generator=generator) for _ in range(2))
    a, b = (np.cov(one[0].flatten(1).numpy(), bias=True) for one in (ours, theirs))
    wanted = np.square(a - b).sum() / (np.square(b).sum() * (1 + FLAT))
    found = covariance_distance({"relu1_1": ours}, {"relu1_1": theirs})
    assert float(found) == pytest.approx(wanted, rel=1e-4)


def test_a_crop_of_one_color_has_a_covariance_distance_too():
    generator = torch.Generator().manual_seed(0)
    ours, theirs = (torch.rand(2, 5, 6, 7, generator=generator) for _ in range(2))
    theirs[1] = 0.5
    ours.requires_grad_()
    found = covariance_distance({"relu1_1": ours}, {"relu1_1": theirs})
    (gradient,) = torch.autograd.grad(found, ours)
    assert found.isfinite()
    assert gradient.isfinite().all()


def test_a_kernel_does_not_see_rotations_and_scale_but_stretching():
    generator = torch.Generator().manual_seed(0)
    feature = torch.rand(2, 6, 8, 8, generator=generator)
    rotation = torch.linalg.qr(torch.randn(6, 6, generator=generator)).Q
    rotated = torch.einsum("ij,bjhw->bihw", 3 * rotation, feature)
    stretched = feature * torch.tensor([9.0, 1, 1, 1, 1, 1]).view(1, 6, 1, 1)
    assert float(kernel_distances({"a": rotated}, {"a": feature})["a"]) == pytest.approx(0, abs=1e-5)
    assert float(kernel_distances({"a": stretched}, {"a": feature})["a"]) > 0.05


def test_equal_kernels_are_equal_distances_of_covariances():
    """What the kernel is compared for: the style loss of two pictures is the same in a rotated space."""
    generator = torch.Generator().manual_seed(0)
    one, other = (torch.rand(1, 6, 8, 8, generator=generator) for _ in range(2))
    rotation = torch.linalg.qr(torch.randn(6, 6, generator=generator)).Q
    turned = [torch.einsum("ij,bjhw->bihw", rotation, feature) for feature in (one, other)]
    assert float(covariance_distance({"a": one}, {"a": other})) == pytest.approx(
        float(covariance_distance({"a": turned[0]}, {"a": turned[1]})), rel=1e-4
    )


def test_the_pull_of_the_teacher_on_itself_is_no_distance(image, recipe):
    teacher = Teacher(recipe.teacher)

    class Same(torch.nn.Module):
        forward = staticmethod(teacher.features)

        @staticmethod
        def predict(_, feature):
            return feature

    same: Any = Same()
    for step in range(4):
        assert float(gradient_distance(same, teacher, image, step).detach()) == pytest.approx(0, abs=1e-5)


def test_the_pull_can_be_learned(student, image, recipe):
    distance = gradient_distance(student, Teacher(recipe.teacher), image, step=1)
    distance.backward()
    assert 0 < float(distance.detach()) < 2
    assert float(student.backbone.features[0].weight.grad.abs().sum()) > 0
    assert float(student.heads["relu3_1"].weight.grad.abs().sum()) > 0


def test_fitted_heads_predict_better_than_a_constant(student, image, recipe):
    teacher = Teacher(recipe.teacher)
    fit_heads(student, teacher, image, steps=60)
    found, _ = errors(student, student(image), teacher(image))
    assert float(found.detach().max()) < 0.9
