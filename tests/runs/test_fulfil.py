"""A job fulfilled without a console: what it writes, tells and keeps, whatever ends it."""

import io
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from scumble.errors import BadOption, OutputError, OutputExists, UsageError
from scumble.options import Options
from scumble.record import read_record
from scumble.runs.checkpoint import read_checkpoint
from scumble.runs.events import read_event
from scumble.runs.fulfil import fulfil, settle
from scumble.runs.job import Job
from scumble.runs.prepare import prepare
from scumble.runs.resume import prepare_resumed

TINY = {"size": 64, "steps": 2, "coarsest": 32, "threads": 1, "regions": "off"}
ALL = {"picture": "out.png", "snapshots": "steps", "timelapse": "film.gif", "checkpoint": "run"}


@pytest.fixture
def job(desk):
    """Return a job that writes what it is told to."""
    assert (desk / "photo.png").is_file()
    return lambda **outputs: Job(
        content="photo.png", styles="paint.png", options=Options(**TINY), outputs=outputs
    )


def test_a_job_writes_all_that_it_asks_for_and_tells_it(job, desk):
    told: list[Any] = []
    outcome = fulfil(job(**ALL), report=told.append, previews=0)
    assert (outcome.path, outcome.timelapse) == (Path("out.png"), Path("film.gif"))
    assert (outcome.problems, outcome.stopped, outcome.skipped) == ((), False, False)
    assert read_record("out.png") == outcome.result.record
    assert sorted(path.name for path in desk.iterdir()) == [
        "film.gif", "out.png", "paint.png", "photo.png", "run", "steps",
    ]  # fmt: skip
    assert [event.kind for event in told] == [
        "planned",
        "step", "preview", "step", "snapshot", "preview",
        "step", "preview", "step", "snapshot", "preview",
        "done",
    ]  # fmt: skip
    assert [read_event(event.to_json()).kind for event in told] == [event.kind for event in told]
    planned, done = told[0], told[-1]
    assert (planned.width, planned.height, planned.steps, planned.output) == (64, 48, 4, "out.png")
    assert (done.output, done.steps, done.snapshots, done.timelapse, done.checkpoint) == (
        "out.png", 4, "steps", "film.gif", "run",
    )  # fmt: skip
    with Image.open(io.BytesIO(told[2].jpeg)) as preview:
        assert preview.size == (told[2].width, told[2].height) == (32, 24)


def test_a_job_without_outputs_gives_its_picture_and_writes_nothing(job, desk):
    before = sorted(desk.iterdir())
    outcome = fulfil(job())
    assert outcome.path is None
    assert outcome.result.image.size == (64, 48)
    assert sorted(desk.iterdir()) == before


def test_a_job_is_stopped_from_another_thread_within_a_step_and_goes_on_later(job):
    stop, told = threading.Event(), []
    cancel = threading.Thread(target=stop.set)

    def report(event):
        told.append(event)
        if event.kind == "step" and event.count == 2:
            cancel.start()
            cancel.join()

    outcome = fulfil(job(**ALL), report=report, stop=stop.is_set)
    assert (outcome.stopped, outcome.problems, outcome.result.record.steps) == (True, (), 2)
    assert [event.kind for event in told].count("step") == 2
    assert (told[-1].kind, told[-1].stopped, told[-1].output) == ("done", True, "out.png")
    assert read_record("out.png").stopped
    whole = fulfil(job()).result.image
    resumed = fulfil(prepare_resumed("run"))
    assert np.array_equal(np.asarray(resumed.result.image), np.asarray(whole))
    assert not resumed.stopped


def test_a_stop_after_the_last_step_is_none(job):
    outcome = fulfil(job(picture="out.png"), stop=lambda: True)
    assert outcome.stopped
    last: list[Any] = []
    outcome = fulfil(
        job(picture="2.png"), report=last.append, stop=lambda: last[-1].kind == "step" and last[-1].count == 4
    )
    assert (outcome.stopped, outcome.result.record.stopped, outcome.result.record.steps) == (False, False, 4)


@pytest.mark.parametrize("error", [ZeroDivisionError("bad luck"), KeyboardInterrupt()])
def test_an_error_on_the_way_keeps_the_picture_so_far(job, error):
    told: list[Any] = []

    def report(event):
        told.append(event)
        if event.kind == "step" and event.count == 3:
            raise error

    outcome = fulfil(job(**ALL), report=report)
    assert (outcome.problems, outcome.stopped) == ((error,), True)
    assert read_record("out.png").steps == 3
    assert read_checkpoint("run").record.steps == 3
    assert (told[-1].kind, told[-1].error, told[-1].output) == ("failed", type(error).__name__, "out.png")


def test_an_interrupt_before_the_first_step_leaves_nothing(job, desk):
    told: list[Any] = []

    class Interrupted:
        def __enter__(self):
            raise KeyboardInterrupt

        def __exit__(self, *_):
            """Never reached."""

    outcome = fulfil(job(picture="out.png"), report=told.append, painting=Interrupted)
    assert (outcome.result, outcome.path, outcome.stopped) == (None, None, True)
    assert isinstance(outcome.problems[0], KeyboardInterrupt)
    assert [event.kind for event in told] == ["planned", "failed"]
    assert (told[-1].message, told[-1].exit_code) == ("interrupted", 130)
    assert not (desk / "out.png").exists()


def test_a_picture_whose_place_has_gone_is_kept_elsewhere(job, desk):
    (desk / "gone").mkdir()
    told: list[Any] = []

    def report(event):
        told.append(event)
        shutil.rmtree(desk / "gone", ignore_errors=True)

    outcome = fulfil(job(picture="gone/out.png"), report=report)
    (problem,) = outcome.problems
    assert isinstance(problem, OutputError)
    assert outcome.path == desk / "out.png"
    assert read_record("out.png").steps == 4
    assert (told[-1].kind, told[-1].output) == ("failed", str(desk / "out.png"))
    assert not outcome.stopped


def test_snapshots_that_cannot_be_written_cost_no_picture(job, desk):
    def report(event):
        if event.kind == "snapshot":
            shutil.rmtree(desk / "steps")
            (desk / "steps").write_bytes(b"in the way")

    outcome = fulfil(job(picture="out.png", snapshots="steps"), report=report)
    assert read_record("out.png").steps == 4
    assert "cannot make the folder 'steps'" in str(outcome.problems[0])


def test_what_is_wrong_before_the_painting_is_told_and_raised(job, desk):
    (desk / "out.png").write_bytes(b"mine")
    for wrong, error in (
        (job(picture="out.png"), OutputExists),
        (job(picture="nowhere/out.png"), UsageError),
        (job(picture="photo.png", on_exists="overwrite"), UsageError),
        (job(picture="a.png", checkpoint="a.png"), UsageError),
        (job(picture="a.png", checkpoint_every=3.0), UsageError),
        (job(picture="a.png", checkpoint="run", checkpoint_every=-1.0), BadOption),
    ):
        told: list[Any] = []
        with pytest.raises(error) as caught:
            fulfil(wrong, report=told.append)
        (failed,) = told
        assert (failed.kind, failed.message, failed.exit_code) == ("failed", caught.value.message, 2)
    assert (desk / "out.png").read_bytes() == b"mine"


def test_what_is_there_already_is_skipped(job, desk):
    (desk / "out.png").write_bytes(b"mine")
    told: list[Any] = []
    outcome = fulfil(job(picture="out.png", on_exists="skip"), report=told.append)
    assert (outcome.skipped, outcome.result, outcome.path) == (True, None, Path("out.png"))
    assert told == []
    assert fulfil(job(picture="out.png", on_exists="rename")).path == Path("out-2.png")


def test_a_run_is_fulfilled_as_its_job_is(job):
    asked = job(picture="a.png", record=False)
    run = asked.prepare()
    outcome = fulfil(run, settle(run, asked.outputs))
    assert outcome.path.name == "a.png"
    with Image.open("a.png") as picture:
        assert "scumble" not in picture.info
        assert np.array_equal(np.asarray(picture), np.asarray(outcome.result.image))
    alone = fulfil(prepare("photo.png", "paint.png", Options(**TINY)))
    assert alone.path is None
    assert alone.result.image.tobytes() == outcome.result.image.tobytes()


def test_what_was_converted_is_told(job, content):
    Image.fromarray(np.asarray(content.rgb.convert("L"), np.uint16) * 257).save("photo.png")
    told: list[Any] = []
    fulfil(job(), report=told.append)
    assert any(event.kind == "note" and event.text.startswith("photo.png: ") for event in told)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("picture", "said"), [("out.png", False), ("out.gif", True)])
def test_what_a_format_has_no_place_for_is_said_before_it_is_painted(picture, said):
    told: list[Any] = []
    options = Options(**TINY, dpi=300)
    fulfil(
        Job(content="photo.png", styles="paint.png", options=options, outputs={"picture": picture}),
        report=told.append,
    )
    before = [event.kind for event in told].index("step")
    notes = [event.text for event in told[:before] if event.kind == "note"]
    assert (".gif has no place for dots per inch, so the file does not say them" in notes) == said
