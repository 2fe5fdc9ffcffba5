"""The Python interface: what goes in, what comes out, and that importing it starts nothing."""

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from scumble.api import stylize, stylize_steps
from scumble.errors import (
    BadOption,
    ImageError,
    OutputExists,
    ScumbleError,
    UnknownName,
    UsageError,
    WeightsError,
)
from scumble.image.files import read_picture
from scumble.options import Options
from scumble.record import read_record
from scumble.runs.prepare import prepare
from scumble.runs.styles import Style

TINY: dict[str, Any] = {"size": 48, "steps": 2, "coarsest": 0}


@pytest.fixture
def photo(tmp_path, content):
    """A file of 64 x 48 pixels."""
    path = tmp_path / "photo.png"
    content.rgb.save(path)
    return path


@pytest.fixture
def painting(tmp_path, style):
    """A file of 60 x 60 pixels."""
    path = tmp_path / "painting.png"
    style.rgb.save(path)
    return path


def as_kind(kind, path):
    """Return a picture as what the interface takes."""
    picture = read_picture(path).rgb
    array = np.asarray(picture)
    return {
        "path": path,
        "text": str(path),
        "bytes": path.read_bytes(),
        "bytearray": bytearray(path.read_bytes()),
        "memoryview": memoryview(path.read_bytes()),
        "Pillow": picture,
        "array": array,
        "float array": array.astype(np.float32) / 255,
        "tensor": torch.from_numpy(array.copy()).permute(2, 0, 1)[None] / 255,
    }[kind]


@pytest.fixture(scope="module")
def pixels_of_files(tmp_path_factory, content, style):
    """What is painted from files."""
    folder = tmp_path_factory.mktemp("files")
    content.rgb.save(folder / "photo.png")
    style.rgb.save(folder / "painting.png")
    return np.asarray(stylize(folder / "photo.png", folder / "painting.png", **TINY).image)


@pytest.mark.parametrize(
    "kind",
    ["path", "text", "bytes", "bytearray", "memoryview", "Pillow", "array", "float array", "tensor"],
)
def test_pictures_come_as_many_things_and_give_the_same(kind, photo, painting, pixels_of_files):
    made = stylize(as_kind(kind, photo), as_kind(kind, painting), **TINY)
    assert np.array_equal(np.asarray(made.image), pixels_of_files)


def test_what_is_no_picture_is_refused():
    with pytest.raises(ImageError, match="no picture can be read from int; allowed are a path, bytes"):
        stylize(3, 4)


@pytest.mark.parametrize(
    ("size", "expected"), [("50", (50, 38)), ("37", (37, 28)), ("41x29", (41, 29)), ("96", (96, 72))]
)
def test_the_result_has_just_the_size_asked_for(content, style, size, expected):
    made = stylize(content, style, size=size, steps=1, coarsest=0)
    assert made.image.size == expected
    assert (made.record.width, made.record.height) == expected


def test_an_upright_content_gives_an_upright_result(style):
    tall = Image.radial_gradient("L").resize((30, 70))
    assert stylize(tall, style, **TINY).image.size == (21, 48)


def test_several_styles_and_their_weights(content, style):
    other = Image.radial_gradient("L")
    made = stylize(content, [Style(style, 3), Style(other)], **TINY)
    assert [source.weight for source in made.record.styles] == [0.75, 0.25]
    same = stylize(content, (style, other), style_weights=(3, 1), **TINY)
    assert np.array_equal(np.asarray(made.image), np.asarray(same.image))
    alone = stylize(content, [Style(style), Style(other, 0)], **TINY)
    assert not np.array_equal(np.asarray(made.image), np.asarray(alone.image))
    assert stylize(content, Style(style), **TINY).record.styles[0].weight == 1


@pytest.mark.parametrize("weight", [-1, float("nan"), float("inf")])
def test_a_style_s_weight_is_a_number_from_0_on(weight):
    with pytest.raises(BadOption, match=r"the weight of a style is .*; it must be finite and 0 or more"):
        Style("painting.png", weight)


def test_styles_must_be_given_and_one_must_count(content, style):
    with pytest.raises(UsageError, match="no style was given; at least one is needed"):
        stylize(content, [])
    with pytest.raises(UsageError, match="at least one must be above 0"):
        stylize(content, Style(style, 0))


def test_options_come_as_an_object_by_name_or_both(content, style):
    options = Options(size=64, strength=70, weight={"gram": 2})
    run = prepare(content, style, options, size=48, weight={"variation": 0})
    assert (run.plan.options.size, run.plan.options.strength) == ("48", 70)
    assert run.plan.options.weight == {**Options().weight, "gram": 2, "variation": 0}
    assert prepare(content, style, preset="draft", size=40).plan.options.steps == (30, 18, 8)


def test_mistaken_options_are_refused(content, style):
    with pytest.raises(UnknownName, match=r"unknown option 'strenght'; did you mean 'strength'?"):
        stylize(content, style, strenght=3)  # type: ignore[call-arg]
    with pytest.raises(BadOption, match="strength is 200; input should be less than or equal to 100"):
        stylize(content, style, strength=200)
    with pytest.raises(BadOption, match=r"no loss is left with weights .* at strength 100"):
        stylize(content, style, strength=100, weight=dict.fromkeys(Options().weight, 0), **TINY)


def test_missing_weights_are_missed_before_anything_is_loaded(content, style, tmp_path, monkeypatch):
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path))
    with pytest.raises(WeightsError, match="backbone 'vgg19' has no weights here") as info:
        prepare(content, style, backbone="vgg19")
    assert info.value.exit_code == 4


def test_on_step_sees_each_step_as_it_is_made(content, style):
    seen: list[Any] = []
    made = stylize(content, style, size=64, steps=(3, 2), coarsest=32, on_step=seen.append)
    assert [(step.scale.size, step.number, step.of, step.count) for step in seen] == [
        ((32, 24), 1, 3, 1),
        ((32, 24), 2, 3, 2),
        ((32, 24), 3, 3, 3),
        ((64, 48), 1, 2, 4),
        ((64, 48), 2, 2, 5),
    ]
    assert float(seen[-1].total) < float(seen[3].total)
    assert made.record.steps == 5
    assert made.record.costs["total"] == float(seen[-1].total)


def test_what_is_done_to_a_step_is_not_done_to_the_run(content, style):
    def spoil(step):
        for tensor in (step.image, step.total, *step.parts.values(), *step.layers.values()):
            tensor.fill_(7.0)
        step.parts.clear()
        step.layers.clear()

    for options in ({}, {"color": "content"}, {"steps": 0}):
        tiny: dict[str, Any] = {"size": 48, "steps": 3, "coarsest": 0, **options}
        untouched, spoiled = stylize(content, style, **tiny), stylize(content, style, on_step=spoil, **tiny)
        assert spoiled.image.tobytes() == untouched.image.tobytes()
        assert (spoiled.record.costs, spoiled.record.course) == (
            untouched.record.costs,
            untouched.record.course,
        )


def test_steps_are_made_as_they_are_asked_for(content, style):
    steps = stylize_steps(content, style, size=48, steps=10**6, coarsest=0)
    assert [next(steps).count for _ in range(3)] == [1, 2, 3]
    step = next(steps)
    assert step.image.shape == (1, 3, 36, 48)
    assert 0 <= float(step.image.min()) <= float(step.image.max()) <= 1


def test_a_run_that_is_left_has_a_picture_of_full_size(content, style):
    run = prepare(content, style, size=64, steps=5, coarsest=32)
    with pytest.raises(UsageError, match="no step has been made, so there is no picture yet"):
        run.result()
    for _ in zip(run, range(2), strict=False):
        pass
    assert run.last.image.shape[-1] == 32
    assert run.result().image.size == (64, 48)


def test_a_failed_run_still_has_the_picture_of_its_last_good_step(content, style):
    only_variation = dict.fromkeys(Options().weight, 0) | {"variation": 1e30}
    run = prepare(
        content, style, size=64, steps=40, optimizer="gradient-descent", rate=0.9, weight=only_variation
    )
    with pytest.raises(ScumbleError, match="and so it had before the safer second try") as info:
        list(run)
    assert info.value.exit_code == 1
    record = run.result().record
    assert 0 < record.steps < 40
    assert "back to the best picture" in record.fallbacks[0]
    assert np.asarray(run.result().image).std() > 5


def test_a_gray_photograph_in_the_style_of_a_gray_drawing_stays_gray(photo, painting):
    gray, drawing = (Image.open(path).convert("L") for path in (photo, painting))
    levels = np.asarray(stylize(gray, drawing, size=64, steps=20, coarsest=0).image, np.int64)
    assert np.ptp(levels, axis=2).max() <= 6
    assert np.ptp(levels, axis=2).mean() < 0.5


def test_alpha_is_kept_aside_and_put_back(photo, style):
    clear = Image.open(photo).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    opaque = stylize(photo, style, **TINY)
    made = stylize(clear, style, **TINY)
    assert (opaque.image.mode, made.image.mode) == ("RGB", "RGBA")
    assert np.array_equal(np.asarray(made.image)[..., :3], np.asarray(opaque.image))
    alpha = np.asarray(made.image)[:, 20, 3].astype(int)
    assert alpha[0] < 10
    assert alpha[-1] > 245
    assert (np.diff(alpha) >= 0).all()


def test_a_result_saves_itself_with_its_record(photo, painting, tmp_path):
    made = stylize(photo, painting, seed=4, **TINY)
    assert made.save(tmp_path / "out.png") == tmp_path / "out.png"
    assert read_record(tmp_path / "out.png") == made.record
    assert np.array_equal(np.asarray(read_picture(tmp_path / "out.png").rgb), np.asarray(made.image))
    assert made.save(tmp_path / "out.png") == tmp_path / "out.png"
    with pytest.raises(OutputExists, match="is there already"):
        made.save(tmp_path / "out.png", on_exists="error")
    assert made.save(tmp_path / "out.png", on_exists="skip") is None
    assert made.save(tmp_path / "out.png", on_exists="rename") == tmp_path / "out-2.png"
    made.save(tmp_path / "bare.jpg", record=False)
    assert not (tmp_path / "bare.jpg.json").exists()


def test_a_result_is_a_copy_and_shows_itself_in_notebooks(content, style):
    made = stylize(content, style, **TINY)
    picture = made.to_pil()
    picture.paste((0, 0, 0), (0, 0, 10, 10))
    assert made.image.getpixel((0, 0)) != (0, 0, 0)
    with Image.open(io.BytesIO(made._repr_png_())) as shown:
        assert np.array_equal(np.asarray(shown), np.asarray(made.image))


def test_the_record_says_what_made_it_and_no_absolute_path(photo, painting):
    made = stylize(photo, painting, start=str(painting), strength=60, **TINY)
    record = made.record
    assert (record.content.name, record.styles[0].name, record.start.name) == (
        "photo.png", "painting.png", "painting.png",
    )  # fmt: skip
    assert record.options == {**made.record.options, "strength": 60.0, "start": "painting.png", "size": "48"}
    assert record.options.keys() == Options.model_fields.keys()
    assert record.versions["torch"] == torch.__version__
    assert (record.device, record.backbone, record.steps) == ("cpu", "compact", 2)
    assert str(photo.parent) not in record.to_json()


def test_options_are_those_given_and_not_those_of_the_environment(content, style, tmp_path, monkeypatch):
    monkeypatch.setenv("SCUMBLE_SEED", "5")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scumble.toml").write_text("seed = 6")
    assert prepare(content, style).plan.options.seed == 0


def test_the_same_run_gives_the_same_bytes(content, style):
    options = Options(start="noise", seed=3, **TINY)
    first, second = (np.asarray(stylize(content, style, options).image) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_interface_loads_no_torch_before_the_first_step(photo, painting):
    program = f"""
import sys
from scumble.runs.prepare import prepare
run = prepare({str(photo)!r}, {str(painting)!r})
print("torch" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_run_painted_twice_tells_its_notes_once(content, style):
    run = prepare(content, style, size=48, steps=1, content_layers="relu4_3", threads=1)
    for _ in range(2):
        steps = list(run)
    assert run.notes == ["compact has no relu4_3; relu4_2 is used"]
    assert run.last is steps[-1]


def test_a_result_is_told_in_a_line(photo, style):
    made = stylize(photo, style, **TINY)
    assert (
        repr(made) == f"<Result 48 x 36, {made.record.steps} steps, total {made.record.costs['total']:.4g}>"
    )
