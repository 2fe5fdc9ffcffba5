"""How a batch is shown: a bar, lines, JSON, or nothing."""

import json
import sys
from pathlib import Path

import pytest

from scumble.batching.plan import work_of
from scumble.batching.tally import Tally
from scumble.cli import batches
from scumble.cli.batches import BatchBar, BatchJson, BatchLines, BatchReporter, batch_reporter, say_end
from scumble.executors.base import JobResult, Task
from scumble.options import Options
from scumble.runs.job import Job

JOB = Job(
    content="a\nb.jpg", styles=["x.png", "y.png"], options=Options(size=64), outputs={"picture": "out.png"}
)
BAD = JobResult(JOB, "failed", 1, message="it is empty", hint="another one")


def tally(rows):
    return Tally(rows, rows * work_of(JOB.options))


def done(number=0, **about):
    return JobResult(JOB, "done", number, path=Path("out.png"), seconds=1.25, **about)


def test_lines(capsys):
    with BatchLines(tally(4)) as report:
        report.add(JobResult(JOB, "skipped", 0, path=Path("old.png")))
        report.add(done(1, notes=("the style is small",)))
        report.add(done(2, notes=("the style is small",)))
        report.add(BAD)
    lines = capsys.readouterr().err.splitlines()
    assert [" ".join(line.split("  ")[:3]).partition("s left")[0] for line in lines[:1]] == [
        "[2/4] out.png 1.2 s"
    ]
    assert lines[1] == "note: the style is small"
    assert lines[3] == "[4/4]  failed: a\\nb.jpg in x.png + y.png: it is empty"
    assert len(lines) == 4


def test_a_line_now_and_then_while_one_picture_takes_long(capsys, monkeypatch):
    with BatchLines(tally(2)) as report:
        report.share(Task(JOB, 0), 0.2)
        assert capsys.readouterr().err == ""
        monkeypatch.setattr(batches, "SECONDS_BETWEEN_LINES", 0.0)
        report.share(Task(JOB, 0), 0.5)
        report.share(Task(JOB, 1), 0.5)
    assert [line[:11] for line in capsys.readouterr().err.splitlines()] == ["[0/2]  25 %", "[0/2]  50 %"]


def test_a_bar_of_all_the_work(capsys):
    with BatchBar(tally(2)) as report:
        report.share(Task(JOB, 0), 0.5)
        assert report.bar.tasks[0].completed == 0.25
        report.add(done())
        report.add(done(1))
        assert report.bar.tasks[0].completed == 1
        assert report.bar.tasks[0].description == "[2/2]"
    assert "[1/2]  out.png  1.2 s" in capsys.readouterr().err


def test_json(capsys):
    with BatchJson(tally(2)) as report:
        report.add(done(notes=("small",)))
        report.add(BAD)
    first, note, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["event"], first["status"], first["progress"], first["styles"]) == (
        "picture", "done", 0.5, ["x.png", "y.png"]
    )  # fmt: skip
    assert note == {"event": "note", "text": "small"}
    assert (second["message"], second["hint"], second["of"]) == ("it is empty", "another one", 2)


def test_silence(capsys):
    with batch_reporter(tally(1), as_json=True, quiet=True) as report:
        report.add(BAD)
    assert (type(report), capsys.readouterr().err) == (BatchReporter, "")


@pytest.mark.parametrize(("terminal", "kind"), [(True, BatchBar), (False, BatchLines)])
def test_a_terminal_gets_a_bar(monkeypatch, terminal, kind):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with batch_reporter(tally(1), as_json=False, quiet=False) as report:
        assert type(report) is kind


def test_failures_are_said_last_but_not_all_of_very_many(capsys):
    counted = tally(30)
    counted.add(done())
    for _ in range(25):
        counted.add(BAD)
    say_end(counted, Path("list.jsonl"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "1 picture painted, 0 done before, 25 failed"
    assert lines[1:21] == ["failed: a\\nb.jpg in x.png + y.png: it is empty"] * 20
    assert lines[21:] == ["and 5 more, which list.jsonl lists"]
