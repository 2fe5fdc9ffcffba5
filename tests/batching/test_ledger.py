"""The ledger of a batch: what somebody put in its place is neither waited for nor believed."""

import os

import pytest

from scumble.batching.ledger import LONGEST, Ledger
from scumble.executors.base import JobResult, Task


def test_lines_that_are_cut_short_or_made_to_harm_count_as_none(job, tmp_path):
    path = tmp_path / "scumble-batch.jsonl"
    first = job(picture=str(tmp_path / "one.png"))
    ledger = Ledger(path)
    ledger.begin(Task(first))
    ledger.close()
    with path.open("a") as file:
        file.write(
            "[" * 100_000 + "\n" + "x" * (3 * LONGEST) + "\n" + '{"status": ["begun"], "output": 7}\n{"stat'
        )
    again = Ledger(path)
    assert again.has_begun(str(tmp_path / "one.png"))
    again.end(JobResult(first, "done"))
    again.close()
    assert not Ledger(path).has_begun(str(tmp_path / "one.png"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_in_its_place_is_neither_read_nor_written(job, tmp_path):
    path = tmp_path / "scumble-batch.jsonl"
    os.mkfifo(path)
    ledger = Ledger(path)
    ledger.begin(Task(job()))
    ledger.close()
    assert not ledger.has_begun("out.png")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_picture_that_is_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "photo.png")
    with pytest.raises(OSError, match="no regular file"):
        Ledger().digests.of(tmp_path / "photo.png")
