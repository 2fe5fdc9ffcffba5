"""Where one process paints: what it keeps, and what it does not write elsewhere."""

import errno
from pathlib import Path

import pytest

from scumble.disk import system
from scumble.executors.base import Task
from scumble.executors.bench import Bench
from scumble.options import Options
from scumble.runs.job import Job

TINY = {"size": 32, "steps": 1, "coarsest": 0, "regions": "off", "device": "cpu", "recolor": 0}

pytestmark = pytest.mark.usefixtures("weights", "desk")


def task(picture="out/x.png", **options):
    job = Job(
        content="photo.png",
        styles="paint.png",
        options=Options(**TINY | options),
        outputs={"picture": picture},
    )
    return Task(job)


def test_a_picture_that_finds_no_room_is_written_nowhere_else(desk, monkeypatch):
    Path("out").mkdir()
    before = sorted(desk.iterdir())

    def refuse(path, *arguments):
        if "out" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, *arguments)

    opened = system.open
    monkeypatch.setattr(system, "open", refuse)
    result = Bench(1).paint(task())
    assert (result.status, result.error, result.path) == ("failed", "OutputError", None)
    assert "No space left" in result.message
    assert sorted(desk.iterdir()) == before


def test_it_keeps_two_sessions_and_lets_go_of_others():
    bench = Bench(1)
    first = bench.session(Options(threads=1))
    assert bench.session(Options(threads=1)) is first
    second = bench.session(Options(threads=2))
    assert bench.session(Options(threads=1)) is first
    third = bench.session(Options(threads=3))
    assert list(bench.sessions.values()) == [first, third]
    with pytest.raises(Exception, match="the session is closed"):
        second.prepare("photo.png", "paint.png")
    bench.close()
    assert not bench.sessions


def test_what_nobody_foresaw_is_a_failure_in_one_line(monkeypatch):
    monkeypatch.setattr(system, "lstat", lambda _: 1 // 0)
    Path("out").mkdir()
    result = Bench(1).paint(task())
    assert (result.status, result.error) == ("failed", "ZeroDivisionError")
    assert result.message == "unexpected: ZeroDivisionError: integer division or modulo by zero"


def test_memory_that_is_full_is_told_so(monkeypatch):
    def refuse(_):
        raise MemoryError

    monkeypatch.setattr(system, "lstat", refuse)
    Path("out").mkdir()
    result = Bench(1).paint(task())
    assert (result.message, result.hint) == (
        "the memory is full", "a smaller --size or fewer --workers need less"
    )  # fmt: skip
