"""The contract that every command keeps. A new command is tested by existing."""

import subprocess
import sys

import pytest

from extensions.reference import commands_of
from scumble.cli.app import app, main

WORDS = list(commands_of(app))
HELPS = """
import contextlib, io, sys
from scumble.cli.app import main
for line in sys.stdin.read().splitlines():
    told = io.StringIO()
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(told):
        main([*line.split(), "--help"])
    print(line, "Usage:" in told.getvalue(), *sorted({"torch", "numpy", "safetensors"} & sys.modules.keys()))
"""


@pytest.fixture(params=WORDS, ids=" ".join)
def words(request):
    """What is typed to run one command."""
    return request.param


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run a command in an empty folder, and return its exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def said(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        return caught.value.code, *capsys.readouterr()

    return said


def test_help_imports_nothing_heavy():
    lines = [" ".join(words) for words in WORDS]
    program = [sys.executable, "-c", HELPS]
    done = subprocess.run(program, input="\n".join(lines), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"{line} True" for line in lines]


def test_help_says_what_it_is(words, run):
    code, out, err = run(*words, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: scumble {' '.join(words)}")


def test_a_flag_that_is_not_there_is_one_line(words, run, tmp_path):
    code, out, err = run(*words, "--no-such-flag")
    assert (code, out) == (2, "")
    first, *others = err.splitlines()
    assert first.startswith("error: ")
    assert [line for line in others if not line.startswith("hint: ")] == []
    assert list(tmp_path.iterdir()) == []
