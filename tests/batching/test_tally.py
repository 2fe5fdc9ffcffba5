"""How far a batch is."""

import pytest

from scumble.batching.plan import work_of
from scumble.batching.tally import Tally
from scumble.executors.base import JobResult, Task


def result(job, number, status):
    return JobResult(job, status, number)


def test_work_counts_and_not_pictures(job):
    small, large = job(), job(size=256)
    works = work_of(small.options), work_of(large.options)
    tally = Tally(2, sum(works))
    assert (tally.progress, tally.count) == (0, 0)
    tally.add(result(small, 0, "done"))
    assert tally.progress == pytest.approx(works[0] / sum(works))
    assert tally.progress < 0.3
    tally.share(Task(large, 1), 0.5)
    assert tally.progress == pytest.approx((works[0] + works[1] / 2) / sum(works))
    tally.add(result(large, 1, "failed"))
    assert (tally.progress, tally.count, [one.number for one in tally.failed]) == (1, 2, [1])


def test_what_was_done_before_is_no_work(job):
    one = job()
    tally = Tally(4, 4 * work_of(one.options))
    tally.add(result(one, 0, "skipped"))
    tally.add(result(one, 1, "skipped"))
    assert tally.progress == 0
    tally.add(result(one, 2, "done"))
    assert tally.progress == 0.5


def test_nothing_is_known_of_what_may_still_come(job):
    tally = Tally(None)
    tally.add(result(job(), 0, "done"))
    assert (tally.progress, tally.count) == (0, 1)
