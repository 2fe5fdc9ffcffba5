"""How long threads wait awake."""

import json
import os
import subprocess
import sys

import pytest

from scumble.machine.spinning import ALONE, BUSY, LASTING, SAYINGS, spin_count, turns


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


PAINTED = """
import json, os, sys

class Watcher:
    seen = "torch was not imported"
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            Watcher.seen = os.environ.get("GOMP_SPINCOUNT")

sys.meta_path.insert(0, Watcher())
import numpy, scumble
flat = numpy.zeros((32, 32, 3), numpy.uint8)
next(iter(scumble.stylize_steps(flat, flat, size=32, steps=1)))
print(json.dumps([Watcher.seen, os.environ.get("GOMP_SPINCOUNT")]))
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, [str(LASTING), None]),
        ({"GOMP_SPINCOUNT": "7"}, ["7", "7"]),
        ({"OMP_WAIT_POLICY": "passive"}, [None, None]),
    ],
)
def test_in_python_threads_spin_a_little_unless_somebody_says_how_they_wait(said, expected):
    silent = {name: value for name, value in os.environ.items() if name not in SAYINGS}
    told = subprocess.run([sys.executable, "-c", PAINTED], env=silent | said, capture_output=True, check=True)
    assert json.loads(told.stdout) == expected
