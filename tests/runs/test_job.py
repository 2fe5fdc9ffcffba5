"""Jobs: to JSON and back without loss, from anybody, and the runs that they make."""

import contextlib
import json
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from scumble.api import stylize
from scumble.comparing.axis import parse_axis
from scumble.comparing.grid import make_grid
from scumble.errors import BadOption, JobError, ScumbleError, UnknownName
from scumble.options import Options
from scumble.presets import preset_names
from scumble.runs.job import LONGEST, SCHEMA, Job, Outputs, StyleFile
from scumble.runs.prepare import prepare
from scumble.runs.styles import Style

NAMES = st.text(min_size=1, max_size=20)  # with lone surrogates, as names of files that are not UTF-8 have
PARTS = st.floats(0, 1)
LAYERS = st.dictionaries(st.sampled_from(["relu1_1", "relu4_2", "pool3"]), st.floats(0, 9), min_size=1)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "preset": st.sampled_from(preset_names()),
        "size": st.sampled_from([400, "400x300", "A4", (40, 30), [40, 30]]),
        "strength": st.floats(0, 100) | st.integers(0, 100) | st.just("60"),
        "steps": st.integers(0, 9) | st.lists(st.integers(0, 9), min_size=1, max_size=3) | st.just("8,4"),
        "weight": st.dictionaries(st.sampled_from(["gram", "content"]), st.floats(0, 9) | st.integers(0, 9)),
        "style_layers": LAYERS | st.just("relu1_1;relu4_1") | st.lists(LAYERS, min_size=1, max_size=2),
        "style_crop": st.just("0,0,0.5,1") | st.just([(0, 0, 0.5, 1)]),
        "content_mask": st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=2),
        "start": st.sampled_from(["content", "noise", "start.png"]),
        "dpi": st.none() | st.integers(20, 2400),
        "seed": st.integers(0, 2**63 - 1),
        "clip": st.booleans(),
    },
)
STYLES = st.builds(
    Style,
    NAMES,
    st.floats(0, 1e9),
    mask=st.none() | NAMES,
    content_mask=st.none() | NAMES,
    layers=st.none() | LAYERS | st.just("relu1_1,relu2_1"),
    scale=st.none() | st.floats(0.05, 20),
    crop=st.none() | st.tuples(PARTS, PARTS, PARTS, PARTS),
)
OUTPUTS = st.builds(
    Outputs,
    picture=st.none() | NAMES,
    on_exists=st.sampled_from(["error", "rename", "overwrite", "skip"]),
    snapshots=st.none() | NAMES,
    timelapse=st.none() | NAMES,
    checkpoint=st.none() | NAMES,
    checkpoint_every=st.none() | st.floats(0, 1e9),
    record=st.booleans(),
)
JOBS = st.builds(
    lambda content, styles, given, outputs: Job(
        content=content, styles=styles, options=Options(**given), outputs=outputs
    ),
    NAMES, st.lists(STYLES | NAMES, min_size=1, max_size=3), GIVEN, OUTPUTS,
)  # fmt: skip
PLAIN = Job(content="photo.jpg", styles=["painting.jpg"], options=Options(preset="draft", size=300))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(JOBS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_round_trip(job):
    again = Job.from_json(job.to_json())
    assert again == job
    assert again.options.given == job.options.given  # and not what a preset makes of it today
    assert again.to_json() == job.to_json()
    assert Job.from_json(job.to_json().encode()) == pickle.loads(pickle.dumps(job)) == job
    assert job.to_json().isascii()
    assert "\n" not in job.to_json()


def test_what_was_not_given_is_not_written():
    told = json.loads(PLAIN.to_json())
    assert (told["schema"], told["options"]) == (SCHEMA, {"preset": "draft", "size": 300})
    shortest = {"schema": SCHEMA, "content": "photo.jpg", "styles": ["painting.jpg"]}
    assert Job.from_json(json.dumps(shortest | {"options": told["options"]})) == PLAIN
    assert Job.from_json(json.dumps(shortest)).outputs == Outputs()


def test_a_job_is_frozen():
    style = StyleFile(image="a.jpg", layers={"relu1_1": 1})
    for one, name in ((PLAIN, "content"), (PLAIN.outputs, "picture"), (style, "weight")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(one, name, "other")
    with pytest.raises(TypeError, match="frozen"):
        style.layers["relu1_1"] = 2
    with pytest.raises(TypeError, match="frozen"):
        PLAIN.options.weight["gram"] = 5


def refused(text):
    with pytest.raises(JobError) as caught:
        Job.from_json(text)
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message + caught.value.hint
    assert len(caught.value.message) < 500
    return caught.value.message


@given(st.text() | st.binary() | VALUES.map(json.dumps))
@example("[" * 100_000)
@example('{"a":' * 100_000)
@example("1" * 5000)
@example('"\\ud800"')
@example("\ud800")
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_anything_else_is_one_line(text):
    refused(text)


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_job_with_any_one_value_replaced(data):
    told = json.loads(
        Job(content="a", styles=Style("b"), options=Options(size=40), outputs=Outputs()).to_json()
    )
    where = data.draw(st.sampled_from([told, told["styles"][0], told["outputs"], told["options"]]))
    name = data.draw(
        st.sampled_from(sorted(where)) | st.text(max_size=9) | st.sampled_from(["weight", "steps"])
    )
    where[name] = data.draw(VALUES)
    with contextlib.suppress(JobError):
        job = Job.from_json(json.dumps(told))
        assert Job.from_json(job.to_json()) == job


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "is of schema '2'; this version of Scumble reads 1"),
        ({"schema": True}, "is of schema 'True'"),
        ({"content": 3}, "'content': should be a path, not int"),
        ({"content": ""}, f"'content': should be a path of 1 to {LONGEST} characters"),
        ({"content": "a" * (LONGEST + 1)}, "'content': should be a path of 1 to"),
        ({"content": None}, "'content': should be a path, not NoneType"),
        ({"styles": []}, "'styles': Tuple should have at least 1 item"),
        ({"styles": 3}, "'styles': Input should be a valid tuple"),
        ({"styles": [{"image": "a", "weight": -1}]}, "'weight': Input should be greater than or equal to 0"),
        ({"styles": [{"image": "a", "weight": "1"}]}, "'weight': Input should be a valid number"),
        ({"styles": [{"image": "a", "mood": 1}]}, "'mood': Extra inputs are not permitted"),
        ({"styles": [{"image": "a", "crop": [0, 0, 2, 1]}]}, "less than or equal to 1"),
        ({"options": {"strenght": 60}}, "unknown option 'strenght'; did you mean 'strength'?"),
        ({"options": {"strength": 600}}, "strength is 600; input should be less than or equal to 100"),
        ({"options": [1]}, "'options': should be an object"),
        ({"outputs": {"on_exists": "delete"}}, "'on_exists': Input should be 'error', 'rename'"),
        ({"outputs": {"record": 1}}, "'record': Input should be a valid boolean"),
        ({"outputs": {"picture": ["out.png"]}}, "'picture': should be a path, not tuple"),
        ({"mood": "blue"}, "'mood': Extra inputs are not permitted"),
        ({"options": {"size": json.loads("[" * 33 + "]" * 33)}}, "nested at most 32 deep"),
    ],
)  # fmt: skip
def test_wrong_values_are_named(changes, message):
    assert message in refused(json.dumps(json.loads(PLAIN.to_json()) | changes))


def test_json_that_is_none():
    assert "NaN is no JSON" in refused(PLAIN.to_json().replace("300", "NaN"))
    assert "finite numbers only" in refused(PLAIN.to_json().replace("300", "1e999"))
    assert "no JSON object" in refused("[]")
    assert "1048577 characters; 1048576 are allowed" in refused(" " * (1 << 20) + "1")
    with pytest.raises(ScumbleError, match="the job is of type int"):
        Job.from_json(10**12)  # type: ignore[arg-type]


def test_pictures_in_memory_have_no_place_in_a_job(content):
    for wrong in ({"content": content}, {"styles": [np.zeros((8, 8, 3))]}, {"styles": Style(content)}):
        with pytest.raises(JobError):
            Job(**{"content": "a.jpg", "styles": ["b.jpg"]} | wrong)
    with pytest.raises(UnknownName):
        Job(content="a.jpg", styles="b.jpg", options={"strenght": 3})
    with pytest.raises(BadOption):
        Job(content="a.jpg", styles="b.jpg", options={"strength": 300})


@pytest.fixture
def files(tmp_path, monkeypatch, content, style):
    """A folder with two pictures, which is the current one."""
    monkeypatch.chdir(tmp_path)
    content.rgb.save("photo.png")
    style.rgb.save("paint.png")
    style.rgb.rotate(90).save("other.png")


@pytest.mark.usefixtures("files")
def test_a_job_is_painted_as_its_parts_are():
    options = Options(preset="draft", size=48, steps=2, threads=1)
    styles = [Style("paint.png", 2.0, crop=(0, 0, 0.5, 1)), Style("other.png", layers="relu1_1")]
    run = Job.from_json(Job(content="photo.png", styles=styles, options=options).to_json()).prepare()
    for _ in run:
        pass
    expected = stylize("photo.png", styles, options)
    assert run.result().image.tobytes() == expected.image.tobytes()
    told = expected.record.model_dump(exclude={"made", "seconds"})
    assert run.result().record.model_dump(exclude={"made", "seconds"}) == told


@pytest.mark.usefixtures("files")
def test_a_job_is_prepared_by_whoever_is_asked_to():
    asked = []

    def by(*arguments):
        asked.append(arguments)
        return prepare(*arguments)

    job = Job(content="photo.png", styles=Style("paint.png", 2.0), options=Options(size=48))
    assert job.prepare(by).plan.scales == job.prepare().plan.scales
    assert asked == [("photo.png", [Style("paint.png", 2.0)], Options(size=48))]


@pytest.mark.usefixtures("files")
def test_the_cells_of_a_grid_are_jobs():
    grid = make_grid(
        "photo.png", ["paint.png", "other.png"], Options(size=48),
        parse_axis("style", ["paint.png", "other.png"]), parse_axis("preset=draft,fine"),
    )  # fmt: skip
    for cell in grid.cells:
        job = Job.from_json(cell.job.to_json())
        assert job.options.given == cell.options.given
        plan = job.prepare().plan
        assert (plan.options, plan.scales, plan.styles[0].sha256) == (
            cell.plan.options, cell.plan.scales, cell.plan.styles[0].sha256,
        )  # fmt: skip
