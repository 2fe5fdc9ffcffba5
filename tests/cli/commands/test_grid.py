"""`scumble grid`: a sheet, a table beside it, the cells as files, and what is kept when it is stopped."""

import csv
import json
import signal

import numpy as np
import pytest

from scumble.comparing.grid import EMPTY
from scumble.record import read_record

from ..conftest import TINY, opened

BASE = ("grid", "photo.png", "paint.png", *TINY)


def table(path):
    with open(path, encoding="utf-8", newline="") as file:  # noqa: PTH123
        return list(csv.DictReader(file))


def test_a_grid_is_a_sheet_and_a_table(scumble, desk):
    done = scumble(*BASE, "--x", "strength=20,80", "--y", "preset=draft,default", "--width", "64")
    assert (done.code, done.out) == (0, "grid.png\n")
    assert opened("grid.png").size == (8 + 2 * 72, 8 + 26 + 2 * (26 + 48 + 8))
    rows = table("grid.csv")
    assert [(row["strength"], row["preset"]) for row in rows] == [
        ("20", "draft"), ("80", "draft"), ("20", "default"), ("80", "default"),
    ]  # fmt: skip
    assert all(row["steps"] == "4" for row in rows)
    lines = done.err.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("[1/4] strength 20, preset draft  4 steps in ")
    assert sorted(path.name for path in desk.iterdir()) == ["grid.csv", "grid.png", "paint.png", "photo.png"]


def test_cells_are_kept_with_their_records(scumble, desk):
    (desk / "other.png").write_bytes((desk / "photo.png").read_bytes())
    done = scumble("grid", "photo.png", "paint.png", "other.png", *TINY, "--x", "style", "--y", "steps=1;1,2",
                   "--cells", "cells", "-o", "sheet.jpg", "-q")  # fmt: skip
    assert (done.code, done.out, done.err) == (0, "sheet.jpg\n", "")
    names = [
        "01_paint_steps-1.png",
        "02_other_steps-1.png",
        "03_paint_steps-1-2.png",
        "04_other_steps-1-2.png",
    ]
    assert sorted(path.name for path in (desk / "cells").iterdir()) == names
    records = [read_record(desk / "cells" / name) for name in names]
    assert [[style.name for style in record.styles] for record in records] == [
        ["paint.png"],
        ["other.png"],
    ] * 2
    assert [record.steps for record in records] == [2, 2, 3, 3]
    assert records[0].content.name == "photo.png"
    assert [row["picture"] for row in table("sheet.csv")] == [f"cells/{name}" for name in names]


def test_json_is_one_object_with_all_cells_and_lines_of_json_on_stderr(scumble):
    done = scumble(*BASE, "--x", "weight.gram=0,1", "--json")
    told = json.loads(done.out)
    assert (told["output"], told["table"]) == ("grid.png", "grid.csv")
    assert [cell["weight.gram"] for cell in told["cells"]] == ["0", "1"]
    assert "cost.gram" not in told["cells"][0]
    assert told["cells"][1]["cost.gram"] > 0
    events = [json.loads(line) for line in done.err.splitlines()]
    assert [(event["event"], event["cell"], event["of"]) for event in events] == [
        ("cell", 1, 2),
        ("cell", 2, 2),
    ]
    assert events[-1]["progress"] == 1


def test_dry_run_tells_cells_and_time_and_writes_nothing(scumble, desk):
    before = sorted(desk.iterdir())
    arguments = (*BASE, "--x", "strength=0,50", "--dry-run")
    done = scumble(*arguments)
    assert done.code == 0
    first, second, total, path = done.out.splitlines()
    assert first.startswith("strength 0: 64 x 48, 0 steps, about ")
    assert second.startswith("strength 50: 64 x 48, 4 steps, about ")
    assert total.startswith("2 cells, about ")
    assert path == "grid.png"
    told = json.loads(scumble(*arguments, "--json").out)
    assert [cell["steps"] for cell in told["cells"]] == [0, 4]
    assert told["seconds"] == pytest.approx(sum(cell["seconds"] for cell in told["cells"]), abs=0.1)
    assert sorted(desk.iterdir()) == before


def test_a_cell_that_fails_is_empty_and_the_others_are_painted(scumble):
    weights = [
        part for name in ("covariance", "roughness", "range", "palette") for part in (f"--weight.{name}", "0")
    ]
    done = scumble(*BASE, *weights, "--x", "strength=100,50,20", "--width", "64")
    assert (done.code, done.out) == (2, "grid.png\n")
    assert done.err.splitlines()[0].startswith("[1/3] strength 100  no loss is left")
    assert "note: 2 of 3 cells are painted" in done.err
    assert "error: no loss is left" in done.err
    assert "no loss is left" in table("grid.csv")[0]["problem"]
    gray = (np.asarray(opened("grid.png")) == EMPTY).all(2)
    assert gray[:, :72].sum() == pytest.approx(64 * 48, rel=0.02)  # and a few at the edges of letters
    assert gray[:, 72:].sum() < 100


def test_a_grid_of_which_no_cell_can_be_painted_writes_nothing(scumble, desk):
    weights = [
        part for name in ("covariance", "roughness", "range", "palette") for part in (f"--weight.{name}", "0")
    ]
    done = scumble(*BASE, *weights, "--strength", "100", "--x", "seed=1,2")
    assert (done.code, done.out) == (2, "")
    assert not (desk / "grid.png").exists()


def test_ctrl_c_keeps_what_has_been_painted(start, desk):
    steps = ("--size", "64", "--coarsest", "32", "--x", "steps=1;1000000;2", "--cells", "cells")
    process = start("grid", "photo.png", "paint.png", *steps)
    assert process.stderr.readline().startswith("[1/3] steps 1  2 steps in ")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=900)
    assert (process.returncode, out) == (130, "grid.png\n")
    assert err == "note: 1 of 3 cells are painted\ninterrupted\n"
    assert [row["problem"] for row in table("grid.csv")] == ["", "not painted", "not painted"]
    gray = (np.asarray(opened("grid.png")) == EMPTY).all(2)
    assert gray.sum() == pytest.approx(2 * 256 * 192, rel=0.01)
    assert [path.name for path in (desk / "cells").iterdir()] == ["01_steps-1.png"]


@pytest.mark.parametrize("taken", ["grid.png", "grid.csv"])
def test_neither_sheet_nor_table_is_overwritten_unless_asked(scumble, desk, taken):
    (desk / taken).write_bytes(b"mine")
    arguments = (*BASE, "--x", "seed=1,2")
    refused = scumble(*arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith(
        f"error: the output {taken!r} is there already"
    )  # before anything is painted
    assert scumble(*arguments, "--on-exists", "rename").out == "grid-2.png\n"
    assert (desk / "grid-2.csv").is_file()
    skipped = scumble(*arguments, "--on-exists", "skip")  # a sheet that is not there is not told to be
    assert skipped.out == ("grid.png\n" if taken == "grid.png" else "")
    assert (desk / taken).read_bytes() == b"mine"
    assert scumble(*arguments, "--on-exists", "overwrite").out == "grid.png\n"
    assert len(table("grid.csv")) == 2
    assert opened("grid.png").width == 8 + 2 * 264


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        ((), "--x requires an argument", ""),
        (
            ("--x", "strenght=1,2"),
            "unknown axis 'strenght'; did you mean 'strength'?",
            "an axis is an option",
        ),
        (("--x", "strength=20,101"), "strength is '101'", "0 to 100"),
        (("--x", "seed=1,2", "--y", "layers=1,2"), "unknown axis 'layers'", "an axis is an option"),
        (("--x", "steps=10,20"), "the axis 'steps' has 1 of the 2 values", "write steps=A;B"),
        (("--x", "style"), "the axis 'style' has 1 of the 2 values", "give several STYLE pictures"),
        (("--x", "seed=1,2", "-o", "nowhere/grid.png"), "there is no folder 'nowhere'", "mkdir"),
        (("--x", "seed=1,2", "-o", "."), "the output '.' is a folder", "out.png"),
        (("--x", "seed=1,2", "--cells", "photo.png"), "the folder for cells, 'photo.png', is a file", ""),
        (("--x", "seed=1,2", "--every", "3"), "every is for snapshots", "--cells FOLDER"),
        (("--x", "seed=1,2", "--width", "5"), "Must be >= 32", ""),
    ],
)
def test_wrong_input_is_refused_before_anything_is_painted(scumble, desk, arguments, error, hint):
    before = sorted(desk.rglob("*"))
    done = scumble("grid", "photo.png", "paint.png", *arguments)
    assert (done.code, done.out) == (2, ""), done.err
    assert error in done.err.splitlines()[0]
    assert hint in done.err
    assert sorted(desk.rglob("*")) == before


def test_a_table_that_is_a_folder_is_refused(scumble, desk):
    (desk / "grid.csv").mkdir()
    done = scumble(*BASE, "--x", "seed=1,2", "--on-exists", "overwrite")
    assert done.code == 2
    assert "the output 'grid.csv' is a folder" in done.err


def test_dry_run_says_that_the_sheet_is_there(scumble, desk):
    (desk / "grid.png").write_bytes(b"mine")
    done = scumble(*BASE, "--x", "strength=0,50", "--dry-run")
    assert (done.code, done.last) == (0, "grid.png")
    assert "note: the output 'grid.png' is there already" in done.err
    assert (desk / "grid.png").read_bytes() == b"mine"
