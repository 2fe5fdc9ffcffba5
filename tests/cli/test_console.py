"""What comes from files and names is printed in one place, which lets nothing through that commands a terminal."""

import ast
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import scumble as package
from scumble.backbones.contents import digest
from scumble.backbones.weights import save_weights
from scumble.cli.console import as_json, complain, printable, say, tell, tell_path

from .conftest import TINY, read_to_the_end

CLI = Path(package.__file__).parent / "cli"
EVIL = "p\x1b[31mred\x9b\u202egnp\r"
SHOWN = r"p\x1b[31mred\x9b\u202egnp\r"


@pytest.mark.parametrize(
    "path",
    [path for path in CLI.glob("*.py") if path.stem not in ("console", "streams")],
    ids=lambda path: path.stem,
)
def test_nothing_is_printed_but_through_the_console(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            assert node.id != "print", f"line {node.lineno}"
        if isinstance(node, ast.Attribute) and node.attr in ("write", "writelines", "buffer"):
            assert getattr(node.value, "attr", "") not in ("stdout", "stderr"), f"line {node.lineno}"


@given(st.text())
def test_a_line_stays_a_line_and_commands_nothing(text):
    assert printable(text).isprintable()
    assert as_json(text).isprintable()
    assert printable(printable(text)) == printable(text)


def test_what_is_said_and_told(capsys):
    say(EVIL)
    tell(EVIL, "next")
    tell_path(EVIL)  # to a pipe: as it is
    complain(EVIL, "x" * 10_000 + EVIL, 3)
    out, err = capsys.readouterr()
    assert out == f"{SHOWN}\nnext\n{EVIL}\n"
    said, error, hint = err.split("\n")[:3]
    assert (said, error[:17]) == (SHOWN, r"error: p\x1b[31mr")
    assert len(hint) < 3000
    assert "\x1b" not in err


def test_saying_needs_no_stderr(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", None)
    say("into the void")
    assert capsys.readouterr().out == ""


def evil_weights(contents, tmp_path):
    """A file that Scumble could have written, were it not for its source."""
    path = save_weights(contents)
    with safe_open(path, "pt") as file:
        header = file.metadata() | {"source": EVIL, "license": EVIL}
    weights = load_file(path)
    path.unlink()
    header["digest"] = digest(header, weights)
    save_file(weights, tmp_path / "evil.safetensors", header)
    return tmp_path / "evil.safetensors"


def test_what_a_weights_file_says_of_itself(scumble, tmp_path, monkeypatch):
    import torch

    from scumble.backbones.base import backbones
    from scumble.backbones.contents import Contents
    from scumble.backbones.normalization import KERAS

    monkeypatch.setenv("SCUMBLE_CACHE_DIR", str(tmp_path / "cache"))
    with torch.random.fork_rng():
        state = backbones["alexnet"]().state_dict()
    path = evil_weights(Contents("alexnet", state, KERAS, "", ""), tmp_path)
    imported = scumble("weights", "import", "alexnet", path)
    assert imported.code == 0
    assert SHOWN in imported.err
    for command in (["verify"], ["verify", "--json"], ["list"]):
        done = scumble("weights", *command)
        assert done.code == 0
        assert not set("\x1b\x9b\u202e\r") & set(done.out + done.err)
    assert SHOWN in scumble("weights", "verify", "alexnet").out


def test_a_picture_whose_name_commands_a_terminal(scumble, desk):
    name = "p\x1b[31mred\n.png"
    (desk / "photo.png").rename(desk / name)
    done = scumble("stylize", name, "paint.png", *TINY, "--snapshots", "s\x1b[31m")
    assert done.code == 0
    assert done.out == "p\x1b[31mred\n__paint.png\n"  # for programs
    assert "\x1b" not in done.err
    for arguments in (
        ["stylize", name, "paint.png"],
        ["show", "gone\x1b[31m.png"],
        ["compare", name, "paint.png"],
    ):
        assert "\x1b" not in scumble(*arguments).err


def test_a_terminal_is_shown_an_escaped_path(desk):
    name = "p\x1b[35mred.png"
    (desk / "photo.png").rename(desk / name)
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "scumble", "stylize", name, "paint.png", *TINY, "--dry-run"]
    process = subprocess.Popen(command, stdout=end, stderr=end)
    os.close(end)
    shown = read_to_the_end(terminal)
    assert process.wait(timeout=900) == 0
    assert rb"p\x1b[35mred__paint.png" in shown
    assert b"\x1b[35m" not in shown
