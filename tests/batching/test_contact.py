"""The contact sheet of a batch."""

from PIL import Image

from scumble.batching.contact import MOST, Contact
from scumble.executors.base import JobResult


def test_pictures_stand_in_the_order_of_the_batch_whatever_was_finished_first(job, tmp_path):
    contact = Contact(width=32)
    for number, color in ((1, "blue"), (0, "red")):
        path = tmp_path / f"{color}.png"
        Image.new("RGB", (64, 48), color).save(path)
        contact.add(JobResult(job(), "done", number, path=path))
    sheet = contact.sheet()
    assert sheet is not None
    assert [sheet.getpixel((left + 16, 8 + 26 + 12)) for left in (8, 8 + 32 + 8)] == [
        (255, 0, 0),
        (0, 0, 255),
    ]


def test_what_failed_or_is_gone_or_is_too_much_is_left_out(job, tmp_path):
    contact = Contact(width=32)
    contact.add(JobResult(job(), "failed"))
    contact.add(JobResult(job(), "done", path=tmp_path / "gone.png"))
    assert contact.sheet() is None
    path = tmp_path / "one.png"
    Image.new("RGB", (8, 8)).save(path)
    for number in range(MOST + 2):
        contact.add(JobResult(job(), "skipped", number, path=path))
    assert (len(contact.small), contact.left_out) == (MOST, 2)
