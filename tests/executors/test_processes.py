"""Workers that are killed, signals that are not for them, and drivers that are gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scumble.errors import RunFailed
from scumble.executors import link, processes
from scumble.executors.base import Task
from scumble.executors.processes import Crew, Processes
from scumble.options import Options
from scumble.plugins import load_plugin
from scumble.record import read_record
from scumble.runs.job import Job

TINY = {"size": 48, "steps": 2, "coarsest": 0, "regions": "off", "device": "cpu", "recolor": 0}
SEEN = """
import json, os
from scumble.executors.base import Task
from scumble.executors.processes import Crew
from scumble.runs.job import Job
crew = Crew(1, 1, lambda task, share: print(crew.links[0].process.pid, flush=True))
list(crew.results(iter([Task(Job.from_json(input()))])))
"""

pytestmark = pytest.mark.usefixtures("weights", "desk")


def task(number, **options):
    return Task(
        Job(
            content="photo.png",
            styles="paint.png",
            options=Options(**TINY | options),
            outputs={"picture": f"out-{number}.png"},
        ),
        number,
    )


def endless(number):
    return task(number, size=64, steps=1_000_000, plateau=0, optimizer="adam")


class Killing:
    """Kills the worker of a task as often as it is told that some of it is painted."""

    def __init__(self, number, times, with_signal=signal.SIGKILL):
        self.number, self.times, self.signal = number, times, with_signal
        self.crew: Any = None

    def __call__(self, task, _share):
        for one in self.crew.links:
            if one.task is task and task.number == self.number and self.times:
                self.times -= 1
                os.kill(one.process.pid, self.signal)


def results(tasks, killing):
    killing.crew = crew = Crew(2, 1, killing)
    try:
        yield from crew.results(iter(tasks))
    finally:
        crew.close()


def test_a_job_that_takes_its_worker_with_it_twice_has_failed_and_the_others_go_on(desk):
    found = {one.number: one for one in results([endless(0), task(1), task(2)], Killing(0, 2))}
    assert [found[number].status for number in range(3)] == ["failed", "done", "done"]
    assert found[0].error == "RunFailed"
    assert found[0].message.startswith("its process was ended twice, by SIGKILL;")
    assert sorted(path.name for path in desk.glob("*.png")) == [
        "out-1.png", "out-2.png", "paint.png", "photo.png"
    ]  # fmt: skip


class Watching(Killing):
    """Kills the first worker of task 0 at once, the second at its third word; remembers what was beside."""

    def __init__(self):
        super().__init__(0, 1)
        self.beside: list[list[int]] = []

    def __call__(self, task, share):
        if task.number == 0 and task.tries:
            self.beside.append([one.task.number for one in self.crew.busy()])
            self.times = int(len(self.beside) == 3)
        super().__call__(task, share)


def test_the_second_try_is_alone():
    watching = Watching()

    def tasks():
        yield endless(0)
        yield task(1, steps=400, plateau=0)
        while not watching.beside:
            yield None
        yield task(2)

    assert {one.number: one.status for one in results(tasks(), watching)} == {
        0: "failed",
        1: "done",
        2: "done",
    }
    assert watching.beside == [[0]] * 3


def test_the_second_try_has_half_the_memory():
    (done,) = Processes(1, 1).run([Task(task(3, max_memory=4).job, 3, None, tries=1)])
    assert done.status == "done"
    assert read_record("out-3.png").options["max_memory"] == 2.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_for_the_driver(number):
    workers: set[int] = set()

    class Signalling(Killing):
        def __call__(self, task, share):
            workers.update(one.process.pid for one in self.crew.links)
            super().__call__(task, share)

    (found,) = results([task(0, size=64, steps=80, plateau=0)], Signalling(0, 1, number))
    assert (found.status, len(workers)) == ("done", 1)


def test_workers_stop_at_a_step_when_they_are_told_to(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 900.0)
    crew = Crew(2, 1, lambda *_: None)
    running = crew.results(iter([task(0), endless(1)]))
    assert next(running).number == 0
    workers = [link.process for link in crew.links]
    crew.close()
    assert [worker.returncode for worker in workers] == [0] * len(workers)


def test_a_worker_ends_when_its_driver_is_gone(desk):
    driver = subprocess.Popen(
        [sys.executable, "-c", SEEN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    driver.stdin.write(endless(0).job.to_json() + "\n")
    driver.stdin.flush()
    worker = int(driver.stdout.readline())
    driver.kill()
    driver.communicate()
    while Path(f"/proc/{worker}").exists() and "Z" not in Path(f"/proc/{worker}/stat").read_text().split()[2]:
        time.sleep(0.05)
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png"]


def test_workers_that_never_start_are_told(monkeypatch):
    monkeypatch.setattr(link, "START", "raise SystemExit(7)")
    with pytest.raises(RunFailed, match="3 workers in a row ended as they were started: exit code 7"):
        list(Processes(1, 1).run([task(0), task(1)]))


def test_a_plugin_that_workers_cannot_load_is_told(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr("scumble.executors.processes.plugin_files", lambda: [tmp_path / "gone.py"])
    with pytest.raises(RunFailed, match="3 workers in a row ended as they were started: exit code 1"):
        list(Processes(1, 1).run([task(0), task(1)]))
    assert "there is no plugin" in capfd.readouterr().err


def test_workers_load_the_plugins_of_their_driver(forget_plugins):
    forget_plugins()
    load_plugin(Path(__file__).parents[2] / "examples" / "plugins" / "my_loss.py")
    (result,) = Processes(1, 1).run([task(0, weight={"light": 2})])
    assert (result.status, result.message) == ("done", "")
    assert read_record("out-0.png").plugins[0].name == "my_loss.py"
