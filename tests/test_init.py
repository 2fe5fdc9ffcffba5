"""The package itself: its public names, and what importing it does."""

import subprocess
import sys

import pytest

import scumble


def test_the_public_names_are_these():
    assert scumble.__all__ == [
        "Job", "Options", "Record", "Result", "ScumbleError", "Session", "Step", "Style",
        "batch", "forecast", "load_plugin", "prepare", "read_record", "resume", "stylize", "stylize_steps",
    ]  # fmt: skip
    for name in scumble.__all__:
        assert getattr(scumble, name).__name__ == name
        assert getattr(scumble, name).__doc__
    assert {*scumble.__all__, "__version__"} <= set(dir(scumble))
    with pytest.raises(AttributeError, match="module 'scumble' has no attribute 'stylise'"):
        _ = scumble.stylise


def test_importing_it_loads_nothing_else_and_starts_nothing():
    program = """
import sys, threading
before = set(sys.modules)
import scumble
others = {name.split(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(sorted(others), threading.active_count())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['scumble'] 1\n"
