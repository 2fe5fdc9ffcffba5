"""What is said of a run as it goes on."""

import re
from typing import Any

import pytest
from torch import Tensor

import scumble
from scumble.cli.progress import Lines, Words, percent
from scumble.options import Options
from scumble.runs.events import Stepped
from scumble.runs.prepare import prepare

TINY: dict[str, Any] = {"size": 64, "steps": 3, "coarsest": 32, "threads": 1}


@pytest.fixture
def lines(monkeypatch, capsys, content, style):
    """Return what is said of a run, line by line."""
    monkeypatch.setattr("scumble.cli.progress.SECONDS_BETWEEN_LINES", -1.0)  # of every step

    def said(until=None, **how):
        run = prepare(content, style, **TINY)
        report = Lines(Words(run.plan, until), **how)
        for step in run:
            report(Stepped.of_step(step))
            if step.count == until:
                break
        return capsys.readouterr().err.splitlines()

    return said


def test_each_line_says_the_share_the_size_the_step_and_the_time(lines):
    first, *others, last = lines()
    assert re.fullmatch(r"[ \d]\d %  32 x 24, step 1 of 3", first)
    assert len(others) == 4
    assert all(re.fullmatch(r"[ \d]\d %  \d+ x \d+, step \d of 3  \d+ s left", line) for line in others)
    assert last == "100 %  64 x 48, step 3 of 3"
    shares = [int(line.split("%")[0]) for line in (first, *others, last)]
    assert shares == sorted(set(shares))


def test_a_run_that_stops_early_is_done_there(lines):
    *_, before, last = lines(until=2)
    assert before.startswith("50 %  32 x 24, step 1 of 2")
    assert last == "100 %  32 x 24, step 2 of 2"


def test_no_cost_is_read_from_the_device_unless_it_is_told(lines, monkeypatch):
    steps: list[str] = []
    read: list[Tensor] = []
    to_float = Tensor.__float__
    step = Lines.step

    def counted(cost):
        read.append(cost)
        return to_float(cost)

    def watched(report, event):
        with monkeypatch.context() as patch:  # the optimizer reads costs of its own
            patch.setattr(Tensor, "__float__", counted)
            steps.append(step(report, event))

    monkeypatch.setattr(Lines, "step", watched)
    lines()
    assert len(steps) == 6
    assert not read
    assert "  total " in lines(verbose=True)[-1]
    assert len(read) == 6 * (1 + len(Options().weight))


def test_a_run_without_a_step_is_done(content, style):
    run = prepare(content, style, size=48, strength=0)
    (step,) = scumble.stylize_steps(content, style, size=48, strength=0)
    assert Words(run.plan).done(Stepped.of_step(step)) == 1


def test_only_what_is_done_is_100_percent():
    assert [percent(share) for share in (0, 0.29, 0.9999, 1)] == [" 0 %", "29 %", "99 %", "100 %"]
