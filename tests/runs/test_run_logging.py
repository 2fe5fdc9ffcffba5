"""What a run decides is logged, and nothing is printed unless the program listens."""

import logging
import subprocess
import sys
from typing import Any

import pytest

import scumble
from scumble.backbones import shelf

TINY: dict[str, Any] = {
    "size": 48,
    "steps": 1,
    "coarsest": 0,
    "device": "cpu",
    "precision": "float32",
    "threads": 1,
}
pytestmark = pytest.mark.usefixtures("weights")


def test_a_run_logs_what_it_decides_by_module(content, style, caplog, monkeypatch):
    monkeypatch.setattr(shelf.LAST, "_loaded", {})
    with caplog.at_level(logging.DEBUG, logger="scumble"):
        made = scumble.stylize(content, style, content_layers="relu4_3", **TINY)
    said = {(one.name, one.levelname): one.getMessage() for one in caplog.records if one.name != "PIL"}
    assert "loaded the backbone compact from" in said["scumble.backbones.shelf", "DEBUG"]
    assert said["scumble.engine.ladder", "DEBUG"].startswith("48 x 36 with ")
    infos = [one.getMessage() for one in caplog.records if one.name == "scumble.runs.run"]
    assert infos == ["48 x 36 on cpu in float32 with 1 threads", "compact has no relu4_3; relu4_2 is used"]
    assert made.record.fallbacks == (infos[1],)


PROGRAM = """
import logging, sys, scumble
from PIL import Image
logging.getLogger("scumble.example").warning("not to be seen")
scumble.stylize(Image.radial_gradient("L"), Image.linear_gradient("L"), size=48, steps=1, coarsest=0)
"""


def test_nothing_is_printed_unless_the_program_listens():
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
