"""How many workers with how many threads."""

import pytest

from scumble import shortage
from scumble.executors import cores
from scumble.executors.cores import shared


@pytest.fixture
def machine(monkeypatch):
    """Pretend to have so many cores and so much memory."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def pretend(number, gigabytes=1000.0):
        monkeypatch.setattr(cores, "cores", lambda: number)
        monkeypatch.setattr(shortage, "available", lambda: gigabytes * 1e9)

    return pretend


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [((0, 0), (8, 1)), ((2, 0), (2, 4)), ((0, 2), (4, 2)), ((3, 5), (3, 5)), ((16, 0), (16, 1)), ((0, 99), (1, 99))],
)  # fmt: skip
def test_workers_times_threads_are_the_cores(machine, asked, chosen):
    machine(8)
    workers, threads = asked
    assert shared(workers, threads, device="cpu") == chosen


def test_no_more_workers_than_jobs_and_than_memory_holds(machine):
    machine(8)
    assert shared(0, 0, jobs=2, device="cpu") == (2, 4)
    machine(8, gigabytes=4)
    assert shared(0, 0, device="cpu") == (2, 4)
    machine(8, gigabytes=0.5)
    assert shared(0, 0, device="cpu") == (1, 8)


def test_a_gpu_has_one_worker(machine):
    machine(8)
    assert shared(0, 0, device="cuda") == (1, 8)
    assert shared(3, 0, device="cuda") == (3, 2)


def test_the_number_of_threads_may_be_said_by_the_environment(machine, monkeypatch):
    machine(8)
    monkeypatch.setenv("OMP_NUM_THREADS", "2,1")
    assert shared(0, 0, device="cpu") == (4, 2)


def test_there_are_cores_and_there_is_memory():
    assert cores.cores() >= 1
    assert shortage.available() > 1e6
    assert shortage.container_limit() > 1e6
