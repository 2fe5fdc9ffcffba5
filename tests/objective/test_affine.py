"""Rows times a matrix, beside the same in float64."""

import pytest
import torch

from scumble.objective import affine as module
from scumble.objective.affine import affine

pytestmark = pytest.mark.numeric


def drawn(*shape, seed):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("precision", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("rows", [(1, 7, 4), (8, 300, 16), (0, 5, 4)])
def test_the_result_alone_is_rounded(rows, precision, fused, monkeypatch):
    """A mean twenty times the spread cancels, so that anything else that is rounded would be seen."""
    if not fused:
        monkeypatch.setattr(module, "is_fused", lambda _: False)
    channels = rows[-1]
    center = 20 + drawn(channels, seed=1)
    given = (center + drawn(*rows, seed=2)).to(precision)
    matrix, offset = drawn(channels, channels, seed=3).to(precision), drawn(channels, seed=4)
    expected = (given.double() - center) @ matrix.double() + offset
    exact = torch.promote_types(precision, torch.float32)
    found = affine(given, center.to(exact), matrix.to(exact), offset.to(exact))
    assert found.dtype == precision
    worst = {torch.float64: 1e-12, torch.float32: 1e-4, torch.bfloat16: 0.02 if fused else 0.1}[precision]
    torch.testing.assert_close(found.double(), expected, rtol=worst, atol=worst)
