"""How long threads wait awake."""

import pytest

from scumble.machine.spinning import ALONE, BUSY, spin_count, turns


@pytest.mark.parametrize(
    ("running", "cores", "ours", "expected"),
    [
        (1, 2, 2, ALONE),
        (2, 2, 2, BUSY),
        (9, 2, 2, BUSY),
        (9, 16, 8, ALONE),
        (10, 16, 8, BUSY),
        (1, 1, 1, ALONE),
    ],
)
def test_threads_spin_less_where_others_want_the_cores(running, cores, ours, expected):
    assert turns(f"9.86 8.29 5.88 {running}/161 4830\n", cores, ours) == expected
    assert BUSY < ALONE


def test_where_nobody_says_what_runs_threads_spin_as_if_alone(monkeypatch):
    monkeypatch.setattr("pathlib.Path.read_text", lambda *_, **__: "what is this")
    assert spin_count() == ALONE
