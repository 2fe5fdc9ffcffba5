"""The contract that every registered executor keeps. A new executor is tested by existing."""

import itertools
import threading
from pathlib import Path

import pytest

from scumble.executors.base import JobResult, Task, executors
from scumble.image.files import read_picture
from scumble.options import Options
from scumble.record import read_record
from scumble.registry import names
from scumble.runs.job import Job

TINY = {"size": 48, "steps": 2, "coarsest": 0, "regions": "off", "device": "cpu"}
KEY = "0123456789abcdef" * 4

pytestmark = pytest.mark.usefixtures("weights", "desk")


@pytest.fixture(params=names("executors"))
def executor(request):
    """One of each kind, with two workers of a thread."""
    return executors[request.param](workers=2, threads=1)


def task(number, content="photo.png", picture=None, **options):
    job = Job(
        content=content,
        styles="paint.png",
        options=Options(**TINY | {"strength": 50 + number} | options),
        outputs={"picture": picture or f"out-{number}.png"},
    )
    return Task(job, number, KEY)


def by_number(results) -> list[JobResult]:
    return sorted(results, key=lambda result: result.number)


def pixels(path):
    return read_picture(path).rgb.tobytes()


def test_what_comes_of_each_job_is_told_and_one_that_fails_ends_no_other(executor, desk):
    Path("bad.jpg").write_text("no picture")
    shared: list[tuple[int, float]] = []
    tasks = [task(0), task(1, content="bad.jpg"), task(2, picture="no/folder.png"), task(3)]
    found = by_number(executor.run(tasks, lambda one, share: shared.append((one.number, share))))
    assert [one.status for one in found] == ["done", "failed", "failed", "done"]
    assert [one.job for one in found] == [one.job for one in tasks]
    assert [one.path for one in found] == [Path("out-0.png"), None, None, Path("out-3.png")]
    assert {one.key for one in found} == {KEY}
    first, bad, folder, _ = found
    assert (first.error, first.message, first.hint) == ("", "", "")
    assert first.seconds > 0
    assert (bad.error, bad.message.partition(";")[0]) == ("ImageError", "'bad.jpg' is a text file")
    assert (folder.error, folder.hint) == ("UsageError", "mkdir -p 'no'")
    assert all(number in (0, 3) and 0 <= share <= 1 for number, share in shared)
    record = read_record("out-3.png")
    assert (record.key, record.threads, record.steps, record.stopped) == (KEY, 1, 2, False)
    kept = sorted(path.name for path in desk.iterdir())
    assert kept == ["bad.jpg", "out-0.png", "out-3.png", "paint.png", "photo.png"]


def test_each_picture_is_that_of_a_run_alone(executor):
    alone = task(5).job.prepare()
    for _ in alone:
        pass
    alone.result().save("alone.png")
    results = list(executor.run([task(5), task(6)]))
    assert [result.message for result in results] == ["", ""]
    assert pixels("out-5.png") == pixels("alone.png")
    assert pixels("out-6.png") != pixels("alone.png")


def test_tasks_are_taken_as_there_is_room(executor):
    taken = itertools.count()
    results = executor.run(task(number % 3, content="missing.png") for number in taken)
    for _ in range(3):
        assert next(results).status == "failed"
    results.close()
    assert next(taken) <= 3 + 2 * 3


def test_none_is_no_task_at_the_moment(executor):
    tasks = iter([None, task(0, content="missing.png"), None, task(1, content="missing.png")])
    assert [one.number for one in by_number(executor.run(tasks))] == [0, 1]


def test_without_tasks_there_is_no_result(executor):
    assert list(executor.run([])) == []


def test_what_is_there_and_to_be_left_is_skipped(executor):
    Path("out.png").write_bytes(b"mine")
    job = task(0).job.model_copy(update={"outputs": {"picture": "out.png", "on_exists": "skip"}})
    (result,) = executor.run([Task(Job(**dict(job)))])
    assert (result.status, result.path) == ("skipped", Path("out.png"))
    assert Path("out.png").read_bytes() == b"mine"


def test_one_that_is_closed_writes_no_picture_that_is_not_whole(executor, desk):
    threads = threading.active_count()

    def tasks():
        yield task(0, content="missing.png")
        for number in (1, 2, 3):
            yield task(number, size=64, steps=1000)

    results = executor.run(tasks())
    assert next(results).number == 0
    results.close()
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png"]
    assert threading.active_count() == threads


def test_an_error_of_the_tasks_ends_it(executor, desk):
    def tasks():
        yield task(1, size=64, steps=1000) if executor.beside else task(1, content="missing.png")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(executor.run(tasks()))
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png"]
