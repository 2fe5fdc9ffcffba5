"""Nothing that cannot be said, told or read ends a run without a word, or loses a picture."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import TINY, opened

PAINT = ["stylize", "photo.png", "paint.png", *TINY, "-o", "out.png"]
SCUMBLE = [sys.executable, "-m", "scumble"]
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


def shell(redirections, *arguments, **environment):
    """Run a command with streams as a shell redirects them."""
    script = f'"$@" {redirections}'
    command = ["bash", "-c", script, "-", *SCUMBLE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, timeout=900)
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    return done


@pytest.mark.parametrize("what", ["2>&-", pytest.param("2>/dev/full", marks=FULL), "2> >(exec true)"])
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_messages_that_cannot_be_said_are_lost_and_the_picture_is_not(desk, what, flags):
    done = shell(what, *PAINT, *flags)
    assert done.returncode == 0
    assert opened(desk / "out.png").size == (64, 48)
    assert done.stdout.startswith(b'{"output": "out.png"' if flags else b"out.png\n")
    assert done.stdout.count(b"\n") == 1


def test_what_is_wrong_is_not_said_in_the_stream_of_the_picture():
    done = shell("2>&-", "stylize", "gone.png", "paint.png", "-o", "-")
    assert (done.returncode, done.stdout) == (3, b"")


def test_a_picture_for_stdout_is_whole_where_stderr_is_closed(desk):
    done = shell("2>&- >out.png", *PAINT[:-1], "-")
    assert done.returncode == 0
    assert opened(desk / "out.png").size == (64, 48)


@pytest.mark.parametrize("command", [["presets"], ["--help"], ["--version"], ["weights", "list"], ["config"]])
@pytest.mark.parametrize(
    ("what", "why"),
    [(">&-", "it is closed"), pytest.param(">/dev/full", "No space left on device", marks=FULL)],
)
def test_results_that_cannot_be_told_are_an_error_in_one_line(command, what, why):
    done = shell(what, *command)
    assert (done.returncode, done.stderr.decode()) == (1, f"error: cannot write to stdout: {why}\n")


@pytest.mark.parametrize("what", [">&-", pytest.param(">/dev/full", marks=FULL)])
def test_a_path_that_cannot_be_told_leaves_the_picture(desk, what):
    done = shell(what, *PAINT, "-q")
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: cannot write to stdout: ")
    assert done.stderr.count(b"\n") == 1
    assert opened(desk / "out.png").size == (64, 48)


@pytest.mark.parametrize("command", ["--help", "presets", "stylize --help", "--version"])
def test_a_reader_that_has_gone_is_no_failure(command):
    done = shell("| true; exit ${PIPESTATUS[0]}", *command.split())
    assert done.returncode in (0, 141)  # it may have been quicker
    assert done.stderr == b""


def test_a_reader_that_was_never_there():
    readable, writable = os.pipe()
    os.close(readable)
    done = subprocess.run([*SCUMBLE, "--help"], stdout=writable, stderr=subprocess.PIPE, timeout=900)
    os.close(writable)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_closed_stdin_is_said():
    done = shell("<&-", "stylize", "-", "paint.png")
    assert (done.returncode, done.stderr) == (3, b"error: stdin cannot be read: it is closed\n")
    assert shell("<&- >&- 2>&-", *PAINT).returncode == 1


def test_a_pipe_that_does_not_block_gets_all(desk):
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    command = [*SCUMBLE, *PAINT[:3], "--size", "256", "--steps", "1", "-o", "-"]
    with subprocess.Popen(command, stdout=writable, stderr=subprocess.DEVNULL) as process:
        os.close(writable)
        time.sleep(0.1)  # that the pipe is full when we come
        with os.fdopen(readable, "rb") as pipe:
            (desk / "out.png").write_bytes(pipe.read())
        assert process.wait(timeout=900) == 0
    assert opened(desk / "out.png").size == (256, 192)


@pytest.mark.parametrize("width", ["1", "0", "-5", "²", "nonsense", "5000", "99999999999999999999"])
def test_help_is_written_at_any_width(width):
    done = shell("", "stylize", "--help", COLUMNS=width)
    assert done.returncode == 0
    assert b"--strength" in done.stdout
    assert len(done.stdout) < 100_000


ALPHABETS = [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}]


@pytest.mark.parametrize("alphabet", ALPHABETS, ids=["ascii", "C"])
def test_an_alphabet_that_lacks_a_letter(desk, alphabet):
    (desk / "photo.png").rename(desk / "é🎨.png")
    done = shell("", "stylize", "é🎨.png", "paint.png", *TINY, **alphabet)
    assert (done.returncode, done.stdout) == (0, "é🎨__paint.png\n".encode())
    assert shell("", "stylize", "gone-é.png", "paint.png", **alphabet).returncode == 3
    assert shell("", "stylize", "--help", **alphabet).returncode == 0


def test_a_name_that_is_no_utf_8_is_told_as_it_is(desk):
    Path(os.fsencode(desk).decode() + "/photo.png").rename(os.fsdecode(os.fsencode(desk) + b"/p\xff.png"))
    command = [*map(str.encode, SCUMBLE), b"stylize", b"p\xff.png", b"paint.png", *map(str.encode, TINY)]
    done = subprocess.run(command, capture_output=True, timeout=900)
    assert (done.returncode, done.stdout) == (0, b"p\xff__paint.png\n")


def test_completion_is_installed_and_where_it_cannot_be_that_is_one_line(desk):
    done = shell("", "--install-completion", HOME=str(desk / "home"), SHELL="/bin/bash")
    assert done.returncode == 0
    assert Path(done.stdout.decode().strip()).is_relative_to(desk / "home")
    done = shell("", "--install-completion", HOME=str(desk / "photo.png"), SHELL="/bin/bash")
    assert done.returncode == 1
    assert re.fullmatch(rb"error: cannot write '.*': Not a directory\nhint: --output FILE .*\n", done.stderr)


STEP_BY_STEP = """
import os, signal, sys
moment, seen, marks = int(sys.argv.pop(1)), 0, {marks!r}
def count(frame, event, _):
    global seen
    if event == "call" and any(mark in frame.f_code.co_filename for mark in marks):
        seen += 1
        if seen == moment:
            sys.setprofile(None)
            os.kill(os.getpid(), signal.SIGINT)
sys.argv[0] = "scumble"
signal.signal(signal.SIGINT, signal.default_int_handler)
from scumble.cli.process import process
sys.setprofile(count)
process()
"""
ANYWHERE = ["scumble", "importlib", "cyclopts", "pydantic", "typing", "re", "json"]


@pytest.mark.parametrize("moment", [2, 3, 5, 8, 20, 50, 200, 1000, 5000, 20000, 50000])
def test_ctrl_c_at_any_moment_is_one_word(moment):
    program = STEP_BY_STEP.format(marks=ANYWHERE)
    command = [sys.executable, "-c", program, str(moment), "presets"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    if done.returncode == 0:  # the command was done before, or nearly
        assert done.stderr == ""
    else:
        assert (done.returncode, done.stderr) == (130, "interrupted\n")


AT_THE_END = """
import atexit, os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
atexit.register(lambda: [os.kill(os.getpid(), number) for number in (signal.SIGINT, signal.SIGTERM)])
sys.argv[:] = ["scumble", *sys.argv[1:]]
from scumble.cli.process import process
process()
"""


@pytest.mark.parametrize(("command", "code"), [("presets", 0), ("frobnicate", 2)])
def test_a_signal_at_the_end_finds_the_work_done(command, code):
    done = subprocess.run([sys.executable, "-c", AT_THE_END, command], capture_output=True, text=True)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)
    assert "Traceback" not in done.stderr


def test_what_was_ignored_stays_so():
    program = "import signal, sys\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + STEP_BY_STEP.format(
        marks=["scumble"]
    ).replace("signal.signal(signal.SIGINT, signal.default_int_handler)\n", "")
    done = subprocess.run([sys.executable, "-c", program, "9", "presets"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
