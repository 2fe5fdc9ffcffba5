"""A run that was stopped and goes on is the run that was never stopped."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.errors import BadOption, CheckpointError, OutputExists, UsageError, WeightsError
from scumble.objective.fit import Fit
from scumble.optimizers.base import optimizers
from scumble.record import read_record
from scumble.runs.checkpoint import Checkpoint
from scumble.runs.prepare import prepare
from scumble.runs.resume import prepare_continued, prepare_resumed

SMALL: dict[str, Any] = {
    "size": 64,
    "coarsest": 32,
    "steps": (4, 3),
    "threads": 1,
    "device": "cpu",
    "regions": "off",
}
pytestmark = pytest.mark.usefixtures("weights")


@pytest.fixture
def folder(tmp_path, content, style):
    """A folder with both pictures."""
    content.rgb.save(tmp_path / "photo.png")
    style.rgb.save(tmp_path / "paint.png")
    return tmp_path


@pytest.fixture
def begun(folder):
    """Prepare a run that keeps its state."""

    def prepared(**options):
        run = prepare(folder / "photo.png", folder / "paint.png", **{**SMALL, **options})
        run.checkpoint = Checkpoint(folder / "run.checkpoint")
        return run

    return prepared


def told(steps):
    """What is to be the same of steps, bit by bit."""
    return [(step.count, step.number, step.of, step.progress, step.costs(), step.image.numpy().tobytes())
            for step in steps]  # fmt: skip


def stopped_after(run, number):
    """Paint so many steps, stop, and return what they told; each holds its own pixels alone."""
    steps = []
    if number:
        for step in run:
            steps.append(step)
            if len(steps) == number:
                break
    return told(steps)


def assert_goes_on(begun, folder, stops, **options):
    """See what is written after so many steps go on as the whole run."""
    run, whole = begun(**options), []
    run.checkpoint.every = run.checkpoint.due = 0
    for step in run:
        whole.append(step)
        run.checkpoint.due = 0
        if step.number:
            (folder / "run.checkpoint").replace(folder / f"{len(whole)}.checkpoint")
    made, whole = run.result(), told(whole)
    for stop in stops:
        run = prepare_resumed(folder / f"{stop}.checkpoint")
        assert told([run.last]) == whole[stop - 1 : stop]
        assert told(run) == whole[stop:]
        result = run.result()
        assert np.array_equal(np.asarray(result.image), np.asarray(made.image))
        assert (result.record.costs, result.record.steps) == (made.record.costs, made.record.steps)
    return whole


@pytest.mark.parametrize("optimizer", list(optimizers))
def test_it_goes_on_bit_by_bit_wherever_it_was_stopped(begun, folder, optimizer):
    """Within a scale, at its end, within the next one, and after the last step."""
    whole = assert_goes_on(begun, folder, (1, 2, 4, 6, 7), optimizer=optimizer)
    assert len(whole) == 7


@pytest.mark.parametrize(
    "options",
    [
        {"clip": True},
        {"start": "noise", "seed": 3},
        {"evaluations": 5},
        {"steps": (3, 0)},
        {"regions": "2", "steps": 3},
    ],
    ids=str,
)
def test_it_goes_on_whatever_the_options_are(begun, folder, options):
    assert_goes_on(begun, folder, (2, 3), **options)


def test_a_scale_that_ended_early_stays_ended(begun, folder):
    options = {"steps": (40, 2), "plateau": 1.0}
    whole = assert_goes_on(begun, folder, (19, 21, 22), **options)
    assert [(number, of) for _, number, of, *_ in whole[20:]] == [(21, 21), (1, 2), (2, 2)]


def test_the_plateau_is_seen_across_the_stop(begun, folder):
    run = begun(steps=30, coarsest=0, plateau=1.0)
    stopped_after(run, 15)
    assert [step.count for step in prepare_resumed(folder / "run.checkpoint")] == list(range(16, 22))


def test_a_run_that_was_rescued_goes_on_the_safer_way_and_is_not_rescued_again(begun, folder):
    options = {"optimizer": "gradient-descent", "rate": 1e5, "steps": 8, "coarsest": 0}
    run = begun(**options)
    list(run)
    assert any("on with adam" in note for note in run.notes)
    assert_goes_on(begun, folder, (3, 6), **options)
    assert prepare_resumed(folder / "3.checkpoint").begin.position.watch.rescued


def test_a_picture_in_tiles_goes_on_in_tiles(begun, folder, monkeypatch):
    fits = [Fit(10, 0), Fit(5, 32)]
    for module in ("ladder", "state"):
        monkeypatch.setattr(f"scumble.engine.{module}.rungs", lambda _: iter(fits))
    monkeypatch.setattr("scumble.engine.ladder.Need.fit", lambda *_: fits[1])
    stopped_after(begun(), 5)
    monkeypatch.setattr("scumble.engine.ladder.Need.fit", lambda *_: fits[0])  # there is more memory now
    resumed = told(prepare_resumed(folder / "run.checkpoint"))
    monkeypatch.setattr("scumble.engine.ladder.Need.fit", lambda *_: fits[1])
    assert resumed == told(begun())[5:]


def full_memory(monkeypatch, at):
    """Let the memory be full once, at the evaluation of a step."""
    step, left = optimizers["lbfgs"].step, [at]

    def fail(*arguments):
        left[0] -= 1
        if left[0] == 0:
            raise MemoryError
        return step(*arguments)

    monkeypatch.setattr(optimizers["lbfgs"], "step", fail)


@pytest.mark.parametrize("stop", [2, 3, 5])
def test_after_a_full_memory_it_goes_on_with_less(begun, folder, monkeypatch, stop):
    """The second step falls down a rung: what is kept before, right after and in the next scale."""
    with monkeypatch.context() as patch:
        full_memory(patch, 3)
        whole = told(begun())
    with monkeypatch.context() as patch:
        full_memory(patch, 3)
        stopped_after(begun(), stop)
        fits = prepare_resumed(folder / "run.checkpoint").begin.position.fits
    assert fits == (Fit(10) if stop == 2 else Fit(5), Fit(10))
    with monkeypatch.context() as patch:
        full_memory(patch, 1 if stop == 2 else 0)
        assert told(prepare_resumed(folder / "run.checkpoint")) == whole[stop:]


def test_less_memory_than_before_is_heeded_and_said(begun, folder, monkeypatch):
    stopped_after(begun(), 6)
    monkeypatch.setattr("scumble.engine.ladder.Need.fit", lambda *_: Fit(5, 1024))
    run = prepare_resumed(folder / "run.checkpoint")
    assert [step.count for step in run] == [7]
    assert [
        note for note in run.notes if "64 x 48 with history 5, tiles of 1024 pixels, to stay below" in note
    ]


def test_what_is_kept_when_all_memory_is_not_enough(begun, folder, monkeypatch):
    run = begun()
    steps = iter(run)
    next(steps), next(steps)
    with monkeypatch.context() as patch:
        patch.setattr(optimizers["lbfgs"], "step", lambda *_: (_ for _ in ()).throw(MemoryError()))
        with pytest.raises(Exception, match="do not fit into memory"):
            next(steps)
    resumed = prepare_resumed(folder / "run.checkpoint")
    assert resumed.begin.position.fits[0] == Fit(3, 256)
    assert [step.count for step in resumed] == [3, 4, 5, 6, 7]


def test_steps_draw_nothing_from_the_common_random_numbers(begun):
    """So that there is no random state to keep."""
    torch.manual_seed(1)
    before = torch.get_rng_state()
    list(begun(start="noise"))
    assert torch.equal(torch.get_rng_state(), before)


def test_the_record_says_that_it_was_resumed_and_adds_the_seconds_up(begun, folder):
    run = begun(content_layers="relu4_4")
    stopped_after(run, 3)
    run = prepare_resumed(folder / "run.checkpoint")
    before = run.seconds
    assert before > 0
    list(run)
    record = run.result().record
    assert record.fallbacks == ("compact has no relu4_4; relu4_2 is used", "resumed after step 3")
    assert record.seconds > before


def test_it_may_be_stopped_again_and_again(begun, folder):
    whole = told(begun())
    stopped_after(begun(), 1)
    found = []
    for _ in whole[1:]:
        run = prepare_resumed(folder / "run.checkpoint")
        run.checkpoint = Checkpoint(folder / "run.checkpoint")
        found += stopped_after(run, 1)
    assert found == whole[1:]


def test_an_error_in_a_step_leaves_the_state_before_it(begun, folder, monkeypatch):
    whole, run = told(begun()), begun()
    steps = iter(run)
    next(steps), next(steps)
    with monkeypatch.context() as patch:
        patch.setattr(optimizers["lbfgs"], "_update", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            next(steps)
    assert told(prepare_resumed(folder / "run.checkpoint")) == whole[2:]


def test_a_finished_run_is_its_picture(begun, folder):
    run = begun()
    list(run)
    again = prepare_resumed(folder / "run.checkpoint")
    assert list(again) == []
    assert np.array_equal(np.asarray(again.result().image), np.asarray(run.result().image))
    assert (folder / "run.checkpoint").stat().st_size < 64 * 48 * 12 + 20_000  # the picture alone


def test_what_is_left_of_a_plan(begun, folder):
    stopped_after(begun(), 5)
    run = prepare_resumed(folder / "run.checkpoint")
    assert [(scale.size, scale.steps) for scale in run.rest.scales] == [((64, 48), 2)]
    assert run.plan.steps == 7


def test_other_versions_are_said(begun, folder, monkeypatch):
    monkeypatch.setattr("scumble.runs.run.versions", lambda: {"torch": "1.0"})
    stopped_after(begun(), 1)
    monkeypatch.undo()
    notes = prepare_resumed(folder / "run.checkpoint").notes
    assert any(note.startswith("torch was 1.0 and is 2") for note in notes)


def test_threads_of_before_are_used_again(begun, folder):
    stopped_after(begun(threads=0), 1)
    assert prepare_resumed(folder / "run.checkpoint").plan.options.threads == torch.get_num_threads()


def test_other_pictures_and_weights_are_refused(begun, folder, monkeypatch):
    stopped_after(begun(), 1)
    with monkeypatch.context() as patch:
        patch.setattr("scumble.runs.resume.weights_sha256", lambda _: "0" * 64)
        with pytest.raises(WeightsError, match="are not those that the run began with"):
            prepare_resumed(folder / "run.checkpoint")
    (folder / "elsewhere").mkdir()
    (folder / "photo.png").rename(folder / "elsewhere" / "photo.png")
    with pytest.raises(UsageError, match=r"'photo.png', which the record speaks of, is not in "):
        prepare_resumed(folder / "run.checkpoint")
    assert list(prepare_resumed(folder / "run.checkpoint", [folder / "elsewhere"]))
    (folder / "photo.png").write_bytes((folder / "paint.png").read_bytes())
    with pytest.raises(UsageError, match="its content differs"):
        prepare_resumed(folder / "run.checkpoint")


def test_only_what_is_due_is_written(begun, folder):
    run = begun()
    for _ in run:
        assert not (folder / "run.checkpoint").exists()
    assert (folder / "run.checkpoint").exists()
    (folder / "run.checkpoint").unlink()
    run = begun()
    run.checkpoint.every = run.checkpoint.due = 0
    for step in run:
        assert prepare_resumed(folder / "run.checkpoint").last.count == step.count or step.count > 1
        break
    assert sorted(path.name for path in folder.iterdir()) == ["paint.png", "photo.png", "run.checkpoint"]


def test_a_folder_that_takes_no_file_is_no_end_of_the_run(begun, folder, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    run = begun()
    run.checkpoint.path = folder / "gone" / "run.checkpoint"
    assert len(list(run)) == 7
    assert "cannot write the checkpoint" in run.checkpoint.problem.message
    assert f"it is kept as '{tmp_path / 'here' / 'run.checkpoint'}'" in run.checkpoint.problem.message
    assert prepare_resumed(tmp_path / "here" / "run.checkpoint", [folder]).last.count == 7


def test_a_checkpoint_that_somebody_else_puts_there_is_left_alone(begun, folder):
    run = begun()
    run.checkpoint.every = run.checkpoint.due = 0
    for step in run:
        if step.count == 2:
            (folder / "run.checkpoint").unlink()
            (folder / "run.checkpoint").write_bytes(b"of another run")
    assert (folder / "run.checkpoint").read_bytes() == b"of another run"
    assert run.checkpoint.path == folder / "run-2.checkpoint"
    assert prepare_resumed(run.checkpoint.path).last.count == 7


@pytest.mark.parametrize("every", [-1, float("nan"), float("inf")])
def test_how_often_it_is_written_is_a_number(folder, every):
    with pytest.raises(BadOption, match="a checkpoint each"):
        Checkpoint(folder / "run.checkpoint", every)


def test_what_is_no_checkpoint_is_not_replaced(folder):
    with pytest.raises(OutputExists, match="is there already and is no checkpoint"):
        Checkpoint(folder / "photo.png")


@pytest.fixture
def finished(folder, request):
    """A finished picture and its last total; with another bleed where a test says so."""
    result = None
    bleed = {"bleed": request.param} if hasattr(request, "param") else {}
    run = prepare(folder / "photo.png", folder / "paint.png", **SMALL | {"steps": (30, 20)} | bleed)
    list(run)
    result = run.result()
    result.save(folder / "out.png")
    return result.record.costs["total"]


@pytest.mark.parametrize(("finished", "near"), [(0, 0.05), (0.8, 0.15)], indirect=["finished"])
def test_a_finished_picture_is_gone_on_from_where_it_ended(folder, finished, near):
    run = prepare_continued(folder / "out.png", steps="+8")
    totals = [float(step.total) for step in run]
    assert len(totals) == 8
    assert totals[0] == pytest.approx(finished, rel=near)  # what was cut off is continued anew
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] < finished
    record = run.result().record
    assert (record.start.name, record.options["coarsest"]) == ("out.png", 0)
    assert record.content == read_record(folder / "out.png").content


@pytest.mark.usefixtures("finished")
def test_going_on_takes_the_options_of_the_record_but_for_those_given(folder):
    run = prepare_continued(folder / "out.png")
    assert [(scale.size, scale.steps) for scale in run.plan.scales] == [((64, 48), 20)]
    options = prepare_continued(folder / "out.png", strength=70, weight={"gram": 2.0}).plan.options
    assert (options.strength, options.weight["gram"], options.weight["covariance"]) == (70, 2.0, 1.0)
    assert (options.threads, options.regions) == (1, "off")
    options = prepare_continued(
        folder / "out.png", preset="coursera", backbone="compact", steps=2
    ).plan.options
    assert (options.optimizer, options.steps, options.size) == ("adam", (2,), "64")
    other = prepare_continued(folder / "out.png", styles=[folder / "photo.png"])
    assert other.sources.styles[0].name == "photo.png"
    with pytest.raises(BadOption, match="to go on at full size takes one number"):
        prepare_continued(folder / "out.png", steps="5,6")
    for option in ({"start": "noise"}, {"coarsest": 32}):
        with pytest.raises(BadOption, match="to go on is to start from the picture at full size"):
            prepare_continued(folder / "out.png", **option)


@pytest.mark.usefixtures("finished")
def test_a_checkpoint_is_not_a_picture_and_a_picture_no_checkpoint(folder):
    with pytest.raises(CheckpointError, match="is no checkpoint of Scumble's"):
        prepare_resumed(folder / "out.png")


def test_masks_and_colors_go_on_to_the_same_pixels(folder, content, style):
    """What is shown is not what is painted on; masks are found as the pictures are."""
    mask = Image.new("L", (64, 48))
    mask.paste(255, (0, 0, 40, 48))
    mask.save(folder / "mask.png")
    options: dict[str, Any] = {
        "content_mask": [str(folder / "mask.png")],
        "color": "luma",
        "size": 64,
        "steps": (3, 4),
        "coarsest": 32,
    }
    content.rgb.save(folder / "seen.png")
    style.rgb.save(folder / "taken.png")
    whole = prepare(folder / "seen.png", folder / "taken.png", **options)
    list(whole)
    stopped = prepare(folder / "seen.png", folder / "taken.png", **options)
    stopped.checkpoint = Checkpoint(folder / "masked.checkpoint")
    stopped_after(stopped, 5)
    again = prepare_resumed(folder / "masked.checkpoint")
    assert np.array_equal(np.asarray(again.result().image), np.asarray(stopped.result().image))
    assert [step.count for step in again] == [6, 7]
    assert np.array_equal(np.asarray(again.result().image), np.asarray(whole.result().image))
    assert again.result().record.course == whole.result().record.course


def test_a_file_that_was_changed_is_no_longer_ours(begun, folder):
    run = begun()
    run.checkpoint.every = run.checkpoint.due = 0
    for step in run:
        if step.count == 2:
            (folder / "run.checkpoint").write_bytes(b"my thesis, in the same file")
    assert (folder / "run.checkpoint").read_bytes() == b"my thesis, in the same file"
    assert prepare_resumed(run.checkpoint.path).last.count == 7
