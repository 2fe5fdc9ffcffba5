"""What the teacher says."""

import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from training.teacher import STRIDES, WIDTHS, Teacher, blurred_maximum


def test_the_teacher_answers_in_the_widths_of_vgg19(recipe):
    taught = Teacher(recipe.teacher)(torch.rand(1, 3, 32, 32))
    assert {name: feature.shape[1] for name, feature in taught.items()} == WIDTHS
    assert taught["relu5_1"].shape[-1] == 2
    assert taught["relu2_1"].shape[-1] == 16 // STRIDES["relu2_1"]


def test_a_teacher_that_lacks_layers_is_refused(tmp_path):
    save_file({"preprocess.weight": torch.zeros(1), "preprocess.bias": torch.zeros(1)}, tmp_path / "part")
    with pytest.raises(SystemExit, match="is no teacher: it lacks conv1_1, conv1_2"):
        Teacher(tmp_path / "part")


@pytest.mark.parametrize("side", [8, 9])
def test_blurred_maxima_are_the_weighted_maxima_of_neighboring_squares(side):
    feature = torch.rand(1, 2, side, side)
    pooled = blurred_maximum(feature)
    assert pooled.shape == F.max_pool2d(feature, 2).shape
    squares = [[feature[..., y : y + 2, x : x + 2].amax((-2, -1)) for x in (1, 2, 3)] for y in (3, 4, 5)]
    wanted = sum(
        (2 - abs(i - 1)) * (2 - abs(j - 1)) * squares[i][j] for i in range(3) for j in range(3)
    ) / 16  # fmt: skip
    torch.testing.assert_close(pooled[..., 2, 1], wanted)


def test_blurred_maxima_depend_less_on_the_grid():
    """A picture moved by one pixel, back at the end: maxima on the other grid are others."""
    feature = torch.rand(1, 4, 33, 33, generator=torch.Generator().manual_seed(0))

    def moved(pool):
        one, other = pool(feature[..., :32, :32]), pool(feature[..., 1:, 1:])
        return float((one - other)[..., 2:-2, 2:-2].square().mean() / one.var())

    assert moved(blurred_maximum) < 0.6 * moved(lambda part: F.max_pool2d(part, 2))
