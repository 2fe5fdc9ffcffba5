"""Events: defined once, told as JSON and read again, and read from anybody."""

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor

from scumble.errors import BadOption
from scumble.options import Options
from scumble.plan.plan import make_plan
from scumble.runs.events import (
    EVENTS,
    KINDS,
    CellDone,
    Done,
    Failed,
    Note,
    PictureDone,
    Planned,
    Preview,
    Snapshot,
    Stepped,
    read_event,
)  # fmt: skip
from scumble.runs.prepare import prepare

DOCS = Path(__file__).parents[2] / "docs" / "guides" / "output.md"
TOLD = [
    Planned(width=8, height=6, steps=3, scales=((4, 3, 2), (8, 6, 1)), output="out.png"),
    Stepped(scale=(8, 6), step=1, of=2, progress=0.25, costs={"total": 1.5}, count=3,
            layers={"gram": {"relu1_1": 0.5}}, weights={"gram": 2.0}),
    Preview(count=3, width=8, height=6, jpeg=b"\xff\xd8"),
    Note(text="caf\udce9.png: a name that is no UTF-8"),
    Snapshot(path="steps/step-0003.png", count=3, costs={"total": 1.5}),
    Done(output="out.png", width=8, height=6, steps=3, seconds=0.5, costs={"total": 1.0}, fallbacks=("a", "b"),
         stopped=True, snapshots="steps", timelapse=None, checkpoint="run"),
    Failed(error="BadOption", message="no", hint="yes", exit_code=2, output=None),
    CellDone(cell=1, of=2, progress=0.5, axes={"seed": "1"}, steps=3, **{"cost.gram": 0.5}),
    PictureDone(picture=2, of=None, progress=0.5, status="failed", content="a.jpg", styles=("b.jpg",), output=None,
                key="0" * 64, seconds=0.5, error="ImageError", message="no", hint="yes"),
]  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def test_each_kind_is_tried_here():
    assert [type(event) for event in TOLD] == list(EVENTS)
    assert len(KINDS) == len(EVENTS)


@pytest.mark.parametrize("event", TOLD, ids=lambda event: event.kind)
def test_an_event_is_read_as_it_was_told(event):
    line = json.dumps(event.to_json())
    assert line.startswith(f'{{"event": "{event.kind}", ')
    assert line.isascii()
    assert read_event(json.loads(line)) == event


@pytest.mark.parametrize("event", TOLD, ids=lambda event: event.kind)
def test_an_event_is_frozen(event):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(event, next(iter(type(event).model_fields)), "other")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_the_guide_tells_every_field_of_every_event(event):
    (row,) = re.findall(rf"^\| `{event.kind}` \| (.*?) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert re.findall(r"`(\w+)`", row) == list(event.model_fields)


def test_the_guide_tells_of_no_other_event():
    table = DOCS.read_text(encoding="utf-8").partition("| Event |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(KINDS)


def test_a_step_waits_for_no_device_until_it_is_told(content, style, monkeypatch):
    step = next(iter(prepare(content, style, size=48, steps=1, coarsest=0, threads=1)))
    read: list[Tensor] = []
    to_float = Tensor.__float__

    def watched(cost):
        read.append(cost)
        return to_float(cost)

    monkeypatch.setattr(Tensor, "__float__", watched)
    event = Stepped.of_step(step)
    assert not read
    told = event.to_json()
    assert read
    assert told["costs"] == step.costs()
    assert told["layers"] == step.costs_of_layers()
    assert (told["scale"], told["count"], told["weights"]) == ((48, 36), 1, dict(step.weights))


def test_a_plan_is_told(content, style):
    plan = make_plan(Options(size=64, steps=(3, 2), coarsest=32), content, (style,), (1.0,))
    told = Planned.of(plan, Path("out.png")).to_json()
    assert (told["scales"], told["steps"]) == (((32, 24, 3), (64, 48, 2)), 5)
    assert told["output"] == "out.png"


def test_errors_of_ours_tell_their_remedy_and_others_only_what_they_say():
    ours = Failed.of(BadOption("no", "yes"), "out.png")
    assert (ours.error, ours.message, ours.hint, ours.exit_code, ours.output) == (
        "BadOption", "no", "yes", 2, "out.png",
    )  # fmt: skip
    other = Failed.of(ZeroDivisionError("bad luck"))
    assert (other.error, other.message, other.hint, other.exit_code) == (
        "ZeroDivisionError",
        "bad luck",
        "",
        1,
    )


def test_what_is_newer_is_left_out():
    assert read_event({"event": "dream", "text": "x"}) is None
    assert read_event({"event": "note", "text": "x", "mood": "blue"}) == Note(text="x")
    for other in (None, 3, "note", ["note"], {}, {"event": None}, {"event": ["note"]}):
        assert read_event(other) is None


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"event": "step"}, "'scale': Field required"),
        ({"event": "note", "text": 3}, "'text': Value error, should be a text, not int"),
        ({"event": "preview", "count": 1, "width": 1, "height": 1, "jpeg": "%"}, "should be base64"),
        (TOLD[1].to_json() | {"progress": float("nan")}, "'progress': Input should be a finite number"),
        (TOLD[1].to_json() | {"step": -1}, "'step': Input should be greater than or equal to 0"),
    ],
)
def test_wrong_fields_are_named(told, message):
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        read_event(told)
    assert "\n" not in str(caught.value)


@given(st.data())
def test_an_event_from_anybody_is_one_or_an_error_in_a_line(data):
    told = data.draw(st.sampled_from(TOLD)).to_json()
    told[data.draw(st.sampled_from(sorted(told)) | st.text(max_size=9))] = data.draw(VALUES)
    with contextlib.suppress(ValueError):
        event = read_event(told)
        assert event is None or event.kind == told["event"]
