"""`scumble stylize`: what is written, what is printed, and where."""

import io
import json
import os
import re
import sys

import numpy as np
import pytest
from PIL import Image

import scumble as package
from scumble.cli.progress import Lines
from scumble.machine.spinning import ALONE, BUSY
from scumble.options import Options
from scumble.record import read_record

from ..conftest import TINY, opened


def test_the_picture_is_named_after_content_and_style_and_its_path_is_the_last_line(scumble, desk):
    done = scumble("stylize", "photo.png", "paint.png", *TINY)
    assert (done.code, done.out) == (0, "photo__paint.png\n")
    assert opened(desk / "photo__paint.png").size == (64, 48)
    first, last, end = done.err.splitlines()
    assert re.fullmatch(r" ?\d+ %  32 x 24, step 1 of 2", first)
    assert last == "100 %  64 x 48, step 2 of 2"
    assert re.fullmatch(r"64 x 48, 4 steps in \d+\.\d s", end)


def test_terms_are_told_to_those_who_ask(scumble):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--verbose")
    lines = done.err.splitlines()
    assert len(lines) == 3
    assert all(re.search(r"  total \S+  content \S+  covariance ", line) for line in lines)


def test_several_styles_are_all_in_the_name(scumble):
    done = scumble("stylize", "photo.png", "paint.png", "photo.png", *TINY, "--style-weights", "3,1")
    assert done.last == "photo__paint+photo.png"
    assert [style.weight for style in read_record(done.last).styles] == [0.75, 0.25]


def test_long_names_are_cut_so_that_the_file_can_be_written(scumble, desk):
    name = "ä" * 120 + ".png"
    (desk / "photo.png").rename(desk / name)
    done = scumble("stylize", name, name, *TINY)
    assert done.code == 0
    assert len(done.last.encode()) <= 204
    assert (desk / done.last).is_file()


@pytest.mark.skipif(sys.platform == "darwin", reason="file names are UTF-8 there")
def test_a_name_that_is_no_utf8_is_printed_as_it_is(desk, start, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")  # as it is in most locales
    name = b"caf\xe9.png"
    (desk / "photo.png").rename(desk / name.decode(errors="surrogateescape"))
    out, _ = start(
        "stylize", name.decode(errors="surrogateescape"), "paint.png", "--dry-run", text=False
    ).communicate()
    assert out.splitlines()[-1] == b"caf\xe9__paint.png"


def test_every_option_of_the_issue_s_example_is_understood(scumble, desk):
    arguments = (
        "--size 64 --strength 60 --preset default --backbone compact --optimizer lbfgs --content-layers relu4_2 "
        "--style-layers relu1_1=0.2,relu2_1=0.2 --weight.covariance 1 --init content --seed 0 --snapshots steps "
        "--every 2 --timelapse steps.gif --device auto --json --on-exists rename --steps 4"
    )
    done = scumble("stylize", "photo.png", "paint.png", "-o", "out.png", *arguments.split())
    assert done.code == 0
    told = json.loads(done.out)
    assert told["output"] == "out.png"
    assert (told["snapshots"], told["timelapse"], told["steps"]) == ("steps", "steps.gif", 4)
    assert sorted(path.name for path in (desk / "steps").iterdir()) == ["step-0002.png", "step-0004.png"]
    options = read_record("out.png").options
    assert options["style_layers"] == {"relu1_1": 0.2, "relu2_1": 0.2}
    assert options["strength"] == 60


@pytest.mark.parametrize("flag", ["--start", "--init"])
def test_a_run_starts_from_what_start_or_init_names(scumble, flag):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, flag, "paint.png")
    record = read_record(done.last)
    assert (record.options["start"], record.start.name) == ("paint.png", "paint.png")


def test_json_is_one_object_on_stdout_and_lines_of_json_on_stderr(scumble):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--json")
    told = json.loads(done.out)
    assert (told["output"], told["width"], told["height"], told["steps"]) == ("photo__paint.png", 64, 48, 4)
    assert told["costs"].keys() == {"total", *Options().weight}
    events = [json.loads(line) for line in done.err.splitlines()]
    assert [event["event"] for event in events] == ["step"] * 4
    assert [event["progress"] for event in events] == sorted(event["progress"] for event in events)
    assert events[-1]["progress"] == 1
    for event in events:
        costs, layers, weights = event["costs"], event["layers"], event["weights"]
        assert sum(weights[name] * costs[name] for name in weights) == pytest.approx(costs["total"], rel=1e-4)
        assert {name: sum(layers[name].values()) for name in layers} == pytest.approx(
            {name: costs[name] for name in weights}, rel=1e-4
        )
    assert events[0]["layers"]["covariance"].keys() == set(Options().style_layers)


def test_quiet_says_nothing(scumble):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--quiet")
    assert (done.out, done.err) == ("photo__paint.png\n", "")


def test_dry_run_says_sizes_steps_memory_and_names_and_writes_nothing(scumble, desk):
    before = sorted(desk.iterdir())
    done = scumble(
        "stylize", "photo.png", "paint.png", "--size", "512", "--timelapse", "film.gif", "--dry-run"
    )
    assert done.code == 0
    *scales, backbone, forecast, film, name = done.out.splitlines()
    assert scales == ["128 x 96  60 steps", "256 x 192  40 steps", "512 x 384  25 steps"]
    assert backbone == "backbone compact, optimizer lbfgs"
    busy = r"; other programs want the processor at the moment, so perhaps \d+ s"
    assert re.fullmatch(rf"about \d+ s and 0\.\d GB on this machine({busy})?", forecast)
    assert (film, name) == ("timelapse film.gif", "photo__paint.png")
    assert sorted(desk.iterdir()) == before


def test_dry_run_as_json(scumble):
    done = scumble("stylize", "photo.png", "paint.png", "--size", "64", "--every", "5", "--dry-run", "--json")
    told = json.loads(done.out)
    assert told["scales"] == [{"width": 64, "height": 48, "steps": 60, "history": 10, "tile": None}]
    assert (told["steps"], told["output"], told["snapshots"]) == (
        60,
        "photo__paint.png",
        "photo__paint-steps",
    )
    assert told["timelapse"] is None
    assert 0.2 < told["memory_gb"] < 0.5
    assert 0 < told["seconds"] <= told["seconds_now"]


def test_what_is_there_already_is_never_overwritten_unless_asked(scumble, desk):
    (desk / "out.png").write_bytes(b"mine")
    base = ("stylize", "photo.png", "paint.png", *TINY, "-q", "-o", "out.png")
    refused = scumble(*base)
    assert (refused.code, refused.out) == (2, "")
    assert (
        refused.err
        == "error: the output 'out.png' is there already\nhint: --on-exists rename|overwrite|skip\n"
    )
    assert scumble(*base, "--on-exists", "rename").out == "out-2.png\n"
    assert scumble(*base, "--on-exists", "rename").out == "out-3.png\n"
    assert scumble(*base, "--on-exists", "skip").out == "out.png\n"
    assert (desk / "out.png").read_bytes() == b"mine"
    assert scumble(*base, "--on-exists", "overwrite").out == "out.png\n"
    assert opened(desk / "out.png").size == (64, 48)


def test_skip_is_said_and_told_in_json(scumble, desk):
    (desk / "out.png").write_bytes(b"mine")
    base = ("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--on-exists", "skip")
    assert scumble(*base).err == "out.png is there already; skipped\n"
    assert json.loads(scumble(*base, "--json").out) == {"output": "out.png", "skipped": True}


def test_other_formats_hold_their_record_beside_them_unless_there_is_to_be_none(scumble, desk):
    base = ("stylize", "photo.png", "paint.png", *TINY, "-q")
    assert scumble(*base, "-o", "out.jpg").out == "out.jpg\n"
    assert read_record(desk / "out.jpg").width == 64
    assert scumble(*base, "-o", "bare.jpg", "--no-record").out == "bare.jpg\n"
    assert not (desk / "bare.jpg.json").exists()
    assert scumble(*base, "-o", "bare.png", "--no-record").code == 0
    assert scumble("show", "bare.png").code == 3


def test_strength_0_is_the_content(scumble, content):
    done = scumble("stylize", "photo.png", "paint.png", "--size", "64", "--strength", "0")
    difference = np.asarray(opened(done.last), float) - np.asarray(content.rgb, float)
    assert abs(difference).max() <= 1


def test_a_pipe_goes_in_and_out(desk, monkeypatch, capfdbinary):
    from scumble.cli.app import main

    stdin = io.TextIOWrapper(io.BytesIO((desk / "photo.png").read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(SystemExit) as exit_info:
        main(["stylize", "-", "paint.png", *TINY, "-o", "-", "--json"])
    out, err = capfdbinary.readouterr()
    assert exit_info.value.code == 0
    assert opened(io.BytesIO(out)).size == (64, 48)
    assert json.loads(err.splitlines()[-1])["output"] == "-"
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png"]


def test_conversions_of_the_inputs_are_said(scumble, desk):
    opened(desk / "paint.png").convert("L").save(desk / "grey.png")
    done = scumble("stylize", "photo.png", "grey.png", *TINY)
    assert "note: grey.png: grey converted to RGB" in done.err


def test_a_picture_with_alpha_keeps_it(scumble, desk):
    picture = opened(desk / "photo.png").convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    picture.save(desk / "clear.png")
    done = scumble("stylize", "clear.png", "paint.png", *TINY)
    made = opened(done.last)
    assert made.mode == "RGBA"
    assert made.getpixel((5, 0))[3] < 20
    assert made.getpixel((5, 47))[3] > 235


def test_no_absolute_path_gets_into_a_record(scumble, desk):
    inputs = [desk / "photo.png", desk / "paint.png"]
    done = scumble("stylize", *inputs, *TINY, "--start", desk / "paint.png", "-o", desk / "out.png")
    assert done.last == str(desk / "out.png")
    text = read_record(desk / "out.png").to_json()
    assert str(desk) not in text
    assert read_record(desk / "out.png").options["start"] == "paint.png"


def test_a_failing_run_keeps_its_last_good_picture(scumble, desk):
    weights = [part for name in Options().weight for part in (f"--weight.{name}", "0")]
    done = scumble(
        "stylize", "photo.png", "paint.png", "--size", "64", "--steps", "40", "-o", "out.png",
        *weights, "--weight.variation", "1e30", "--optimizer", "gradient-descent", "--rate", "0.9",
    )  # fmt: skip
    assert done.code == 1
    assert done.last == "out.png"
    assert "note: stopped at step" in done.err
    assert "its picture is kept" in done.err
    assert "and so it had before the safer second try" in done.err.splitlines()[-2]
    made = np.asarray(opened(desk / "out.png"), float)
    assert made.shape == (48, 64, 3)
    assert made.std() > 5


def test_a_run_that_never_had_a_good_picture_saves_none(scumble, desk):
    done = scumble("stylize", "photo.png", "paint.png", *TINY, "--weight.gram-gatys", "1e30", "--input", "0-255",
                   "--weight.content-gatys", "1e30", "--start", "noise", "-o", "out.png")  # fmt: skip
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: the run became non-finite at step 1")
    assert not (desk / "out.png").exists()


def test_a_file_that_appears_while_the_run_goes_on_does_not_cost_the_picture(scumble, desk):
    def appear(*_):
        (desk / "out.png").write_bytes(b"mine")

    for on_exists in ("error", "skip", "rename"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Lines, "step", appear)
            base = ("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--on-exists", on_exists)
            done = scumble(*base)
        assert (done.code, done.out) == (0, "out-2.png\n")
        assert "note: 'out.png' has appeared meanwhile and is left as it is" in done.err
        assert read_record("out-2.png").steps == 4
        assert (desk / "out.png").read_bytes() == b"mine"
        (desk / "out.png").unlink()
        (desk / "out-2.png").unlink()


def test_every_option_is_in_the_help_and_in_config(scumble):
    text = scumble("stylize", "--help").out
    told = json.loads(scumble("config", "--json").out)
    for name in Options.model_fields:
        assert f"--{name.replace('_', '-')} " in text, name
        assert told[name].keys() == {"value", "from"}


@pytest.mark.parametrize(
    "command",
    ["", "stylize", "grid", "compare", "curves", "look", "show", "rerun", "presets", "config", "doctor", "weights",
     "weights fetch", "weights import", "weights list", "weights verify", "weights path"],
)  # fmt: skip
def test_every_help_has_an_example(scumble, command):
    done = scumble(*command.split(), "--help")
    assert done.code == 0
    assert f"Example: scumble {command}".strip() in done.out


def test_the_version(scumble):
    assert scumble("--version").out == f"{package.__version__}\n"


@pytest.mark.parametrize("asked", [None, "7"])
def test_threads_do_not_spin_for_long_unless_asked_to(scumble, monkeypatch, asked):
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    if asked:
        monkeypatch.setenv("GOMP_SPINCOUNT", asked)
    scumble("presets")
    assert os.environ["GOMP_SPINCOUNT"] in ([asked] if asked else [str(ALONE), str(BUSY)])


@pytest.mark.parametrize("taken", ["photo.png", "paint.png"])
def test_a_picture_that_it_is_painted_from_is_never_replaced(scumble, desk, taken):
    before = (desk / taken).read_bytes()
    refused = scumble("stylize", "photo.png", "paint.png", *TINY, "-o", taken, "--on-exists", "overwrite")
    assert refused.code == 2
    assert refused.err == (
        f"error: the output {taken!r} is a file that is read\nhint: give it another name\n"
    )
    assert (desk / taken).read_bytes() == before


def test_a_dry_run_tells_the_time_though_the_picture_is_there(scumble, desk):
    (desk / "out.png").write_bytes(b"mine")
    told = scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png", "--dry-run")
    assert told.code == 0
    assert "note: the output 'out.png' is there already" in told.err
    assert told.last == "out.png"
