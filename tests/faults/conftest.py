"""A folder with pictures, results of earlier runs and things of the user's own, and all commands that write there."""

import contextlib
import io
import json
import shutil
import tempfile
from dataclasses import dataclass

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from scumble.backbones.contents import Contents, expected_shapes
from scumble.backbones.normalization import Normalization
from scumble.cli.app import main
from scumble.image.files import read_picture

from .disk import Disk, Killed

QUICK = (
    "--size", "24", "--steps", "1", "--coarsest", "0", "--regions", "off", "--recolor", "0",
    "--style-layers", "relu1_1", "--content-layers", "relu1_1", "--weight.roughness", "0", "--weight.palette", "0",
    "--threads", "1", "--device", "cpu",
)  # fmt: skip
ON_THE_WAY = ("--snapshots", "old-steps", "--timelapse", "old.gif", "--checkpoint", "old-run")
PAINT = ("stylize", "photo.png", "paint.png", *QUICK)

COMMANDS = {
    "stylize": (*PAINT, "-o", "new.png"),
    "stylize-over": (*PAINT, "-o", "old.png", "--on-exists", "overwrite"),
    "stylize-jpeg": (*PAINT, "-o", "new.jpg", "--on-exists", "rename"),
    "stylize-jpeg-over": (*PAINT, "-o", "old.jpg", "--on-exists", "overwrite"),
    "stylize-on-the-way": (
        *PAINT, "-o", "new.png", "--snapshots", "steps", "--timelapse", "film.gif", "--checkpoint", "run",
    ),
    "stylize-on-the-way-over": (
        *PAINT, "-o", "old.png", *ON_THE_WAY, "--on-exists", "overwrite",
    ),
    "rerun": ("rerun", "old.png", "-o", "again.png"),
    "resume": ("resume", "old-run", "-o", "again.png"),
    "continue": ("stylize", "--continue-from", "old.png", "--steps", "+1", "-o", "more.png"),
    "grid": (
        "grid", "photo.png", "paint.png", *QUICK, "--x", "strength=30,60", "-o", "sheet.png", "--cells", "cells",
    ),
    "batch": ("batch", "photo.png", "--style", "paint.png", *QUICK, "-o", "many", "--executor", "inline"),
    "compare": ("compare", "old.png", "old.jpg", "-o", "sheet.png"),
    "look": ("look", "photo.png", "--layer", "relu1_1", "--channels", "1", "--size", "32", "-o", "look.png"),
    "curves": ("curves", "old.png", "-o", "old.jpg", "--on-exists", "overwrite"),
    "import": ("weights", "import", "alexnet", "own.safetensors"),
}  # fmt: skip
"""Every command that writes, and each way of it."""

MINE = ("thesis.txt", ".run-backup.tmp/thesis", ".scumble-12ab-0123456789abcdef.tmp", ".scumble-notes.tmp")


@dataclass
class Done:
    """What a command did: its exit code, None if it was killed; what it said; the calls it made."""

    code: int | None
    out: str
    err: str
    calls: list[str]


@pytest.fixture(scope="session")
def template(tmp_path_factory, content, style):
    """The folder as all commands find it."""
    desk = tmp_path_factory.mktemp("template") / "desk"
    desk.mkdir()
    with contextlib.chdir(desk):
        content.rgb.resize((32, 24)).save("photo.png")
        style.rgb.resize((30, 30)).save("paint.png")
        for arguments in ((*PAINT, "-o", "old.png", *ON_THE_WAY), (*PAINT, "-o", "old.jpg")):
            assert run(arguments)[0] == 0
        weights = {name: torch.zeros(shape) for name, shape in expected_shapes("alexnet").items()}
        save_file(
            weights, "own.safetensors", Contents("alexnet", weights, Normalization(), "us", "none").header()
        )
        for name in MINE:
            (desk / name).parent.mkdir(exist_ok=True)
            (desk / name).write_text("mine")
    return desk


def run(arguments):
    """Return the exit code of a command, its stdout and stderr; None if it was killed."""
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([str(argument) for argument in arguments])
    except SystemExit as done:
        return done.code, out.getvalue(), err.getvalue()
    except Killed:
        return None, out.getvalue(), err.getvalue()
    raise AssertionError("main always exits")


@pytest.fixture
def attempt(template, tmp_path, monkeypatch):
    """Run a command in a fresh copy of the folder, on a disk of which one call fails; return the folder, too."""
    desk, spare = tmp_path / "desk", tmp_path / "spare"
    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def attempted(command, at=None, error=None, lasting=False):
        for folder in (desk, spare, tmp_path / "cache"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, desk)
        spare.mkdir()
        with contextlib.chdir(desk), monkeypatch.context() as patch:
            patch.setattr(tempfile, "tempdir", str(spare))
            disk = Disk(patch, at, error, lasting)
            code, out, err = run(COMMANDS[command])
            disk.end()
        return desk, Done(code, out, err, disk.made)

    return attempted


def whole(path):
    """Whether a file is all that its name says; of a ledger the last line may be cut short."""
    if path.suffix == ".jsonl" or path.is_dir():
        return True
    if path.suffix in (".png", ".jpg", ".gif"):
        return bool(read_picture(path).rgb.size)
    if path.suffix == ".json":
        return bool(json.loads(path.read_text()))
    if path.suffix == ".csv":
        return path.read_text().endswith("\n")
    with safe_open(path, "pt") as file:
        return bool(file.metadata())
