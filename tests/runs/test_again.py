"""Runs made again from a record, which may come from anybody."""

from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scumble.api import stylize
from scumble.errors import ScumbleError, UsageError
from scumble.options import Options
from scumble.runs.again import find_source, prepare_again
from scumble.runs.prepare import prepare
from scumble.runs.run import Run

TINY: dict[str, Any] = {"size": 48, "steps": 2, "coarsest": 0}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150)
@given(
    changes=st.dictionaries(
        st.sampled_from(list(Options.model_fields)) | st.text(max_size=5), values, max_size=3
    )
)
def test_options_from_anybody_s_record_are_accepted_or_refused(recorded, changes):
    record, folder = recorded
    changed = record.model_copy(update={"options": record.options | changes})
    with suppress(ScumbleError):  # and nothing else
        assert isinstance(prepare_again(changed, [folder]), Run)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, content, style):
    """A record and the folder that holds its inputs."""
    folder = tmp_path_factory.mktemp("record")
    content.rgb.save(folder / "photo.png")
    style.rgb.save(folder / "painting.png")
    return stylize(folder / "photo.png", folder / "painting.png", **TINY).record, folder


def test_the_same_options_make_the_same_pixels(recorded):
    record, folder = recorded
    run = prepare_again(record, [folder])
    steps = [step.count for step in run]
    assert steps == [1, 2]
    first = stylize(folder / "photo.png", folder / "painting.png", **TINY)
    assert np.array_equal(np.asarray(run.result().image), np.asarray(first.image))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_picture_that_was_stopped_is_stopped_again(recorded, count):
    _, folder = recorded
    run = prepare(folder / "photo.png", folder / "painting.png", size=64, coarsest=32, steps=(2, 4))
    for step in run:
        if step.count == count:
            break
    first = run.result()
    assert (first.record.stopped, first.record.steps) == (True, count)
    again = prepare_again(first.record, [folder])
    assert sum(scale.steps for scale in again.rest.scales) == count
    assert [step.count for step in again] == list(range(1, count + 1))
    assert np.array_equal(np.asarray(again.result().image), np.asarray(first.image))
    assert again.result().record.stopped
    whole = prepare_again(first.record, [folder], steps=(2, 4))
    assert [step.count for step in whole][-1] == 6
    assert not whole.result().record.stopped


def test_options_may_be_changed(recorded):
    record, folder = recorded
    options = prepare_again(record, [folder], strength=80, weight={"gram": 1}).plan.options
    assert (options.strength, options.size) == (80, "48")
    assert options.weight == {**Options().weight, "gram": 1}


@pytest.mark.parametrize(("device", "threads"), [("cpu", 3), ("cuda", 0)])
def test_a_run_on_a_cpu_has_as_many_threads_again(recorded, device, threads):
    record, folder = recorded
    changed = record.model_copy(update={"device": device, "threads": 3})
    assert prepare_again(changed, [folder]).plan.options.threads == threads


def test_inputs_are_known_by_their_content(recorded, tmp_path):
    record, folder = recorded
    (tmp_path / "photo.png").write_bytes((folder / "painting.png").read_bytes())
    assert find_source(record.content, [tmp_path, folder]) == folder / "photo.png"
    with pytest.raises(
        UsageError, match="is not the picture that the record speaks of: its content differs"
    ) as info:
        find_source(record.content, [tmp_path])
    assert info.value.hint == "--inputs FOLDER says where the content and the styles are"


def test_a_folder_that_is_not_there_is_told(recorded, tmp_path):
    record, folder = recorded
    with pytest.raises(UsageError, match=r"there is no folder '.*gone'"):
        prepare_again(record, [folder, tmp_path / "gone"])
