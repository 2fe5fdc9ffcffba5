"""Each call of each command that writes fails once with each kind of error, and is the last one once.

What holds afterwards: nothing of the user's is gone; a file that was there is as it was or whole and new; what is
visible is whole; a painted picture is somewhere, and the exit code and the lines tell the truth.
"""

import errno
import itertools
import os
from pathlib import Path

import pytest

from .conftest import COMMANDS, MINE, run, whole
from .disk import ERRORS, Disk

ALL = bool(
    os.environ.get("SCUMBLE_ALL_FAULTS")
)  # each error at each call; else each call has one of them in turn
OURS = {"old.png", "old.jpg", "old.jpg.json", "old.gif", "old-run", "old-steps/step-0001.png"}


def errors_of(number, calls):
    """Return the errors that call `number` is to fail with."""
    return ERRORS if ALL else (ERRORS[(number + calls) % len(ERRORS)],)


def files(folder):
    """Return all files below a folder, by their relative names."""
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


def is_hidden(name):
    """Whether a file has a hidden name of ours that is not in the template."""
    return Path(name).name.startswith(".scumble-") and name not in MINE


def assert_nothing_is_lost(template, desk):
    """See that all that was there is there, and all that is visible is whole."""
    before, after = files(template), files(desk)
    gone = before.keys() - after.keys()
    assert gone <= {"old.jpg.json"}  # the record of a picture that was replaced by one without
    assert not gone or (desk / "old.jpg").read_bytes() != (template / "old.jpg").read_bytes()
    for name, path in after.items():
        if name in before and path.read_bytes() == before[name].read_bytes():
            continue
        assert name not in before or name in OURS, f"{name} is changed"
        assert is_hidden(name) or whole(path), f"{name} is not whole"


def assert_true(desk, done, error):
    """See that what was said is so."""
    assert "Traceback" not in done.err
    assert "unexpected" not in done.err, done.err
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == (done.code != 0), (done.err, error)
    told = done.out.splitlines()[-1:]
    if done.code == 0:
        assert told, done.err
    if told and not told[0].startswith("{"):
        assert whole(desk / told[0]), done.err
    if not told and "step 1/1" in done.err:
        pytest.fail(f"a picture was painted and is nowhere: {done.err}")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_call_that_fails_costs_nothing(attempt, template, command):
    _, calm = attempt(command)
    assert calm.code == 0, calm.err
    for number, call in enumerate(calm.calls, 1):
        for error in errors_of(number, len(calm.calls)):
            desk, done = attempt(command, number, error)
            try:
                assert_nothing_is_lost(template, desk)
                assert_true(desk, done, error)
                left = [name for name in files(desk) if is_hidden(name)]
                assert not left or call == "unlink", left
            except BaseException as problem:
                problem.add_note(f"call {number}, {call}, failed with {os.strerror(error)}: {done}")
                raise


@pytest.mark.parametrize(
    "command", ["stylize", "stylize-jpeg", "stylize-on-the-way", "resume", "grid", "compare"]
)
def test_a_folder_that_takes_no_more_from_some_moment_on(attempt, template, command):
    _, calm = attempt(command)
    for number, call in enumerate(calm.calls, 1):
        error = (errno.ENOSPC, errno.EROFS, errno.EIO)[number % 3]
        desk, done = attempt(command, number, error, lasting=True)
        try:
            assert_nothing_is_lost(template, desk)
            assert_true(desk, done, error)
        except BaseException as problem:
            problem.add_note(f"from call {number}, {call}, on: {os.strerror(error)}: {done}")
            raise


@pytest.mark.parametrize("command", COMMANDS)
def test_a_process_that_is_killed_leaves_what_is_whole(attempt, template, command):
    _, calm = attempt(command)
    for number, call in enumerate(calm.calls, 1):
        desk, done = attempt(command, number)
        try:
            assert done.code is None
            assert_nothing_is_lost(template, desk)
        except BaseException as problem:
            problem.add_note(f"killed at call {number}, {call}: {done}")
            raise


def test_what_a_killed_process_left_goes_when_the_next_one_writes(attempt):
    _, calm = attempt("stylize")
    named = 1 + calm.calls.index("rename")  # from then on the hidden name says whose it is
    for number in itertools.count(named + 1):
        desk, done = attempt("stylize", number)
        if done.code == 0:
            break
        left = [name for name in files(desk) if is_hidden(name)]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(desk)
            Disk(patch)
            assert run((*COMMANDS["stylize"][:-1], "other.png"))[0] == 0
        assert not [name for name in files(desk) if is_hidden(name)], (number, left)
        assert set(MINE) <= files(desk).keys()
