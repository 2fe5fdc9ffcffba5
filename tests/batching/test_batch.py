"""Jobs of a batch: what is done, what is painted again, and what is left alone."""

import json
import os
from pathlib import Path

import pytest

from scumble.batching.batch import batch
from scumble.batching.ledger import Ledger
from scumble.errors import JobError, UnknownName, UsageError
from scumble.record import read_key, read_record

pytestmark = pytest.mark.usefixtures("weights", "desk")


def statuses(jobs, **settings):
    found = sorted(batch(jobs, "inline", threads=1, **settings), key=lambda one: one.number)
    return [one.status for one in found]


def test_a_picture_that_is_done_is_skipped_and_one_of_other_options_replaced(job):
    assert statuses([job()]) == ["done"]
    before = Path("out.png").stat()
    key, whole = read_key(Path("out.png"))
    assert whole
    assert key == read_record("out.png").key
    assert statuses([job()]) == ["skipped"]
    assert Path("out.png").stat() == before
    assert statuses([job(strength=60)]) == ["done"]
    assert read_key(Path("out.png"))[0] != key
    assert read_record("out.png").options["strength"] == 60


@pytest.mark.parametrize("name", ["photo.png", "paint.png"])
def test_other_bytes_of_a_picture_are_another_key(job, name, content):
    assert statuses([job()]) == ["done"]
    content.rgb.transpose(0).save(name)
    assert statuses([job()]) == ["done"]


def test_the_name_of_the_content_and_chosen_threads_do_not_matter(job):
    assert statuses([job()]) == ["done"]
    Path("photo.png").rename("other.png")
    assert [one.status for one in batch([job(content="other.png")], "inline", threads=2)] == ["skipped"]
    assert statuses([job(content="other.png", threads=1)]) == ["done"]


def test_a_picture_that_was_cut_short_is_painted_again(job):
    assert statuses([job()]) == ["done"]
    whole = Path("out.png").read_bytes()
    Path("out.png").write_bytes(whole[:-9])
    assert statuses([job()]) == ["done"]
    assert len(Path("out.png").read_bytes()) > len(whole) - 9


def test_a_jpeg_that_somebody_changed_is_left(job):
    assert statuses([job("out.jpg")], ledger="list.jsonl") == ["done"]
    assert statuses([job("out.jpg")], ledger="list.jsonl") == ["skipped"]
    Path("out.jpg").write_bytes(b"retouched")
    assert statuses([job("out.jpg")], ledger="list.jsonl") == ["failed"]
    assert Path("out.jpg").read_bytes() == b"retouched"


def test_files_of_others_are_left_unless_they_may_go(job):
    for name in ("a.png", "b.png", "c.png"):
        Path(name).write_bytes(b"mine")
    jobs = [job("a.png"), job("b.png", on_exists="skip"), job("c.png", on_exists="overwrite")]
    assert statuses(jobs, ledger="list.jsonl") == ["failed", "skipped", "done"]
    assert statuses(jobs, ledger="list.jsonl") == ["failed", "skipped", "skipped"]
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes() == b"mine"


def test_what_somebody_puts_in_the_place_of_a_picture_that_failed_is_left(job, content):
    Path("bad.png").write_bytes(b"")
    assert statuses([job(content="bad.png")], ledger="list.jsonl") == ["failed"]
    Path("out.png").write_bytes(b"mine")
    content.rgb.save("bad.png")
    assert statuses([job(content="bad.png")], ledger="list.jsonl") == ["failed"]
    assert Path("out.png").read_bytes() == b"mine"


def test_what_a_ledger_says_to_be_begun_and_not_done_is_ours(job):
    Path("out.jpg").write_bytes(b"of one that was killed before its record was written")
    assert statuses([job("out.jpg")]) == ["failed"]
    Path("list.jsonl").write_text('{"status": "begun", "output": "out.jpg"}\n')
    assert statuses([job("out.jpg")], ledger="list.jsonl") == ["done"]


def test_the_ledger_tells_what_came_of_each_and_forgets_nothing(job):
    Path("bad.png").write_text("text")
    jobs = [job(), job("b.png", content="bad.png"), job("c.png", content="none.png")]
    assert statuses(jobs, ledger="list.jsonl") == ["done", "failed", "failed"]
    lines = [json.loads(line) for line in Path("list.jsonl").read_text().splitlines()]
    told = {line["content"]: line for line in lines if line.get("status") in ("done", "failed")}
    assert told["photo.png"]["output"] == "out.png"
    assert told["photo.png"]["key"] == read_record("out.png").key
    assert told["bad.png"]["message"].startswith("'bad.png' is a text file")
    assert told["none.png"]["error"] == "ImageError"
    assert {line["file"] for line in lines if "file" in line} == {"photo.png", "paint.png", "bad.png"}
    assert all(line["time"].endswith("+00:00") for line in lines)
    before = Path("list.jsonl").read_bytes()
    Path("list.jsonl").write_bytes(before + b'{"torn')
    assert statuses(jobs[:1], ledger="list.jsonl") == ["skipped"]
    assert statuses([job("d.png")], ledger="list.jsonl") == ["done"]
    after = Path("list.jsonl").read_bytes()
    assert after.startswith(before + b'{"torn\n{')


def test_the_ledger_is_no_truth(job):
    assert statuses([job()], ledger="list.jsonl") == ["done"]
    Path("out.png").unlink()
    assert statuses([job()], ledger="list.jsonl") == ["done"]
    Path("list.jsonl").write_text('[1]\n{"status": "done"}\n{"file": 3}\nnull\n\xff\n')
    assert statuses([job()], ledger="list.jsonl") == ["skipped"]


def test_a_digest_is_remembered_by_size_and_time(desk):
    ledger = Ledger(desk / "list.jsonl")
    digest = ledger.digests.of("photo.png")
    ledger.close()
    stamp = Path("photo.png").stat()
    Path("photo.png").write_bytes(b"x" * stamp.st_size)
    os.utime("photo.png", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    again = Ledger(desk / "list.jsonl")
    assert again.digests.of("photo.png") == digest
    os.utime("photo.png", ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert again.digests.of("photo.png") != digest
    again.close()


def test_a_ledger_that_cannot_be_written_stops_nothing(job):
    assert statuses([job()], ledger="no/such/folder/list.jsonl") == ["done"]


@pytest.mark.parametrize(
    ("jobs", "error", "said"),
    [(["photo.png"], UsageError, "a job is of type str"), ([None, 3], UsageError, "a job is of type int")],
)
def test_what_is_no_job(jobs, error, said):
    with pytest.raises(error, match=said):
        list(batch(jobs, "inline"))


def test_a_job_names_its_picture_and_an_executor_exists(job):
    with pytest.raises(JobError, match="names no picture to write"):
        list(batch([job(picture=None)], "inline"))
    with pytest.raises(UnknownName, match="unknown executor 'process'; did you mean 'processes'"):
        list(batch([job()], "process"))


def test_two_batches_at_once_paint_whole_pictures(job):
    jobs = [job(f"{number}.png", strength=number) for number in range(1, 4)]
    one, other = batch(jobs, "inline", ledger="list.jsonl"), batch(jobs, "inline", ledger="list.jsonl")
    assert [next(each).status for each in (one, other)] == ["done", "skipped"]
    assert {one.status for one in [*one, *other]} <= {"done", "skipped"}
    assert statuses(jobs) == ["skipped"] * 3
    assert len(list(Path().glob("*.png"))) == 5
