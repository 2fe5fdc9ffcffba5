"""What is part of a key, and what is not."""

from pathlib import Path

import pytest

from scumble.batching import keys
from scumble.batching.digests import Digests
from scumble.batching.keys import Keys
from scumble.plugins import load_plugin
from scumble.runs.styles import Style

pytestmark = pytest.mark.usefixtures("weights", "desk")


def key(job):
    return Keys(Digests()).of(job)


def test_options_masks_weights_of_styles_and_the_version_are_part_of_it(job, monkeypatch):
    jobs = [
        job(), job(seed=1), job(weight={"gram": 2}), job(start="paint.png"), job(content_mask="paint.png"),
        job(style=Style("paint.png", 0.5)), job(style=Style("paint.png", mask="photo.png")), job(threads=2),
    ]  # fmt: skip
    found = [key(one) for one in jobs]
    monkeypatch.setattr(keys, "__version__", "9.9")
    found.append(key(job()))
    assert len({*found}) == len(found)
    assert all(len(one) == 64 for one in found)


def test_weights_and_plugins_are_part_of_it(job, monkeypatch, forget_plugins):
    forget_plugins()
    found = [key(job())]
    load_plugin(Path(__file__).parents[2] / "examples" / "plugins" / "my_loss.py")
    found.append(key(job()))
    monkeypatch.setattr(keys, "weights_sha256", lambda _: "other")
    found.append(key(job()))
    assert len({*found}) == 3


def test_the_same_value_in_other_words_is_the_same_key(job):
    assert key(job(size="64", steps="2")) == key(job(size=64, steps=[2]))


def test_where_the_picture_goes_is_no_part_of_it(job):
    assert key(job("a.png")) == key(job("b.jpg", on_exists="overwrite"))


@pytest.mark.parametrize(
    "given", [{"content": "none.png"}, {"content_mask": "none.png"}, {"style": "none.png"}]
)
def test_there_is_none_of_what_cannot_be_read(job, given):
    assert key(job(**given)) is None
