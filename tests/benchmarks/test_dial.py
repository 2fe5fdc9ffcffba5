"""How even a dial is: lengths of steps, and the table."""

import numpy as np
import pytest
import torch
from benchmarks.dial import PLACES, dial, evenness, lengths


def test_steps_are_as_long_as_pictures_are_apart():
    plain = torch.full((1, 3, 32, 32), 0.5)
    tinted = plain * torch.tensor([1.0, 0.9, 0.8]).view(1, 3, 1, 1)
    ways = lengths([plain, plain, tinted, plain])
    assert ways[0].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert ways[2, 1] == pytest.approx(ways[1, 1])
    assert ways[1, 1] > 0.01


def test_even_steps_are_even_whatever_the_halves_are_long():
    ways = np.array([[2.0, 0.1]] * 5 + [[1.0, 0.3]] * 5)
    np.testing.assert_allclose(evenness(ways, 5), 1)
    assert evenness(ways).mean(0).tolist() == pytest.approx([1, 1])


@pytest.mark.parametrize("name", ["strength", "figures"])
def test_the_table_has_a_row_for_each_ten_points(capsys, name):
    dial(name, limit=1, size=64, preset="painting")
    told = capsys.readouterr()
    _, _, *rows = told.out.splitlines()
    assert [row.split("|")[1].strip() for row in rows] == [f"{at} to {at + 10}" for at in PLACES[:-1]]
    assert "x" in told.err
