"""A run as its reader sees it: steps one by one, and the picture so far."""

from typing import Any

import numpy as np
import pytest

import scumble
from scumble.errors import UsageError
from scumble.runs.checkpoint import Checkpoint

TINY: dict[str, Any] = {"size": 48, "steps": 3, "coarsest": 0}
pytestmark = pytest.mark.usefixtures("weights")


def test_steps_know_the_picture_so_far(content, style):
    steps = scumble.stylize_steps(content, style, **TINY)
    with pytest.raises(UsageError, match="no step has been made, so there is no picture yet"):
        steps.result()
    assert [step.count for step in steps] == [1, 2, 3]
    whole = scumble.stylize(content, style, **TINY)
    assert np.array_equal(np.asarray(steps.result().image), np.asarray(whole.image))
    assert list(steps) == []


def test_steps_that_are_closed_keep_the_picture_of_the_last_one(content, style):
    steps = scumble.stylize_steps(content, style, **TINY)
    assert next(steps).count == 1
    steps.close()
    assert list(steps) == []
    record = steps.result().record
    assert (record.steps, record.stopped) == (1, True)


def test_what_is_no_function_is_refused(content, style):
    with pytest.raises(UsageError, match="on_step is of type int; it should be a function of a Step"):
        scumble.stylize(content, style, on_step=3)  # type: ignore[arg-type]


def test_a_run_is_stopped_and_taken_up_by_the_public_names(tmp_path, content, style):
    content.rgb.save(tmp_path / "photo.png")
    style.rgb.save(tmp_path / "painting.png")
    run = scumble.prepare(tmp_path / "photo.png", tmp_path / "painting.png", **TINY)
    assert scumble.forecast(run).gigabytes > 0
    run.checkpoint = Checkpoint(tmp_path / "run.checkpoint")
    next(steps := iter(run))
    steps.close()
    rest = scumble.resume(tmp_path / "run.checkpoint", [str(tmp_path)])
    assert rest.result().record.weights_sha256 == run.result().record.weights_sha256
    assert [step.count for step in rest] == [2, 3]
    whole = scumble.stylize(tmp_path / "photo.png", tmp_path / "painting.png", **TINY)
    assert np.array_equal(np.asarray(rest.result().image), np.asarray(whole.image))
