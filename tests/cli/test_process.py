"""What only a process of its own shows: signals, terminals, pipes, memory limits and imports."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from scumble.record import read_record

from .conftest import TINY, opened, read_to_the_end

ENDLESS = ("--size", "64", "--steps", "1000000")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_painting_keeps_the_picture(start, desk, number):
    process = start(
        "stylize", "photo.png", "paint.png", *ENDLESS, "--coarsest", "32", "--timelapse", "film.gif", "--json"
    )
    for _ in range(3):
        assert json.loads(process.stderr.readline())["event"] == "step"
    process.send_signal(number)
    process.send_signal(number)  # impatience does no harm
    out, err = process.communicate(timeout=900)
    assert process.returncode == 130
    told = json.loads(out)
    assert (told["output"], told["timelapse"]) == ("photo__paint.png", "film.gif")
    assert opened(desk / "photo__paint.png").size == (64, 48)  # stopped at the coarse scale, but of full size
    assert read_record(desk / "photo__paint.png").steps == told["steps"] >= 3
    assert err.splitlines()[-2:] == [
        f"note: stopped at step {told['steps']} of 2000000; its picture is kept",
        "interrupted",
    ]


def test_ctrl_c_prints_the_path_of_the_picture_last(start, desk):
    process = start("stylize", "photo.png", "paint.png", *ENDLESS)
    assert "step 1 of 1000000" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=900)
    assert (process.returncode, out) == (130, "photo__paint.png\n")
    assert sorted(path.name for path in desk.iterdir()) == ["paint.png", "photo.png", "photo__paint.png"]


def painted_in_a_terminal(start, *flags, **environment):
    """Return stdout, and what a terminal at stderr was sent."""
    terminal, end = pty.openpty()
    environment = {**os.environ, **environment}
    process = start("stylize", "photo.png", "paint.png", *TINY, *flags, stderr=end, env=environment)
    os.close(end)
    shown = read_to_the_end(terminal)
    out, _ = process.communicate(timeout=900)
    assert process.returncode == 0
    return out, shown.decode()


def test_a_terminal_shows_one_bar_with_the_size_the_share_and_the_time(start):
    out, shown = painted_in_a_terminal(start, TERM="xterm-256color", COLUMNS="120")
    assert out == "photo__paint.png\n"
    assert "━" in shown
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown)
    assert re.search(r"64 x 48, step 2 of 2 +━+ +100 %", plain)
    assert max(line.count("step") for line in re.split(r"[\r\n]+", plain)) == 1
    assert "total" not in plain
    assert "covariance" not in plain
    assert "64 x 48, 4 steps in" in shown
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", shown)


def test_a_terminal_shows_terms_to_those_who_ask(start):
    _, shown = painted_in_a_terminal(start, "--verbose", TERM="xterm-256color", COLUMNS="200")
    assert re.search(
        r"64 x 48, step 2 of 2 .* total .*covariance ", re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", shown)
    )


def test_no_color_is_heeded(start):
    _, shown = painted_in_a_terminal(start, TERM="xterm-256color", NO_COLOR="1", COLUMNS="120")
    assert "64 x 48" in shown
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)


def test_pipes_in_and_out_while_nobody_reads_what_is_said(start, desk):
    readable, writable = os.pipe()
    os.close(readable)
    process = start(
        "stylize", "-", "paint.png", *TINY, "-o", "-", stdin=subprocess.PIPE, stderr=writable, text=False
    )
    os.close(writable)
    out, _ = process.communicate((desk / "photo.png").read_bytes(), timeout=900)
    assert process.returncode == 0
    assert Image.open(io.BytesIO(out)).size == (64, 48)


def test_an_endless_pipe_that_is_no_picture_is_refused_at_once(start):
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as endless:
        process = start("stylize", "-", "paint.png", stdin=endless.stdout)
        _, err = process.communicate(timeout=900)
        endless.kill()
    assert process.returncode == 3
    assert err.startswith("error: 'stdin' is a text file; allowed are JPEG")


def test_a_picture_is_not_sent_to_a_terminal(start):
    terminal, end = pty.openpty()
    process = start("stylize", "photo.png", "paint.png", "-o", "-", stdout=end)
    _, err = process.communicate(timeout=900)
    os.close(end)
    os.close(terminal)
    assert process.returncode == 2
    assert err.startswith("error: the picture would go to the terminal\nhint: -o out.png")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_behind_stdout_is_said_in_a_line(start):
    with Path("/dev/full").open("wb") as full:
        process = start("stylize", "photo.png", "paint.png", *TINY, "-q", "-o", "-", stdout=full)
        _, err = process.communicate(timeout=900)
    assert process.returncode == 1
    assert err == (
        "note: the picture is kept as 'photo__paint.png'\n"
        "error: cannot write to stdout: No space left on device\n"
    )
    assert opened("photo__paint.png").size == (64, 48)


@pytest.mark.parametrize(
    ("answer", "said"),
    [("n", "error: backbone 'alexnet' has no weights here"), ("y", "are you online?")],
)
def test_a_person_is_asked_before_weights_are_fetched(start, answer, said):
    terminal, end = pty.openpty()
    environment = {**os.environ, "SCUMBLE_WEIGHTS_MIRROR": "http://127.0.0.1:9"}
    command = ("stylize", "photo.png", "paint.png", "--backbone", "alexnet")
    process = start(*command, stdin=end, stderr=end, env=environment)
    os.close(end)
    os.write(terminal, f"{answer}\n".encode())
    assert process.wait(timeout=900) == 4
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    assert "244 MB from http://127.0.0.1:9/" in shown
    assert "fetch them now? [y/N]" in shown
    assert said in shown


def test_a_reader_that_has_gone_is_no_error_worth_words(start):
    readable, writable = os.pipe()
    os.close(readable)
    process = start("presets", stdout=writable)
    os.close(writable)
    _, err = process.communicate(timeout=900)
    assert (process.returncode, err) == (141, "")


@pytest.mark.parametrize(
    ("arguments", "code"), [(["presets"], 0), (["stylize"], 2), (["show", "photo.png"], 3)]
)
def test_python_m_scumble_exits_with_the_code(arguments, code):
    done = subprocess.run([sys.executable, "-m", "scumble", *arguments], capture_output=True, text=True)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) == (code == 0)


WITHOUT_TORCH = """
import contextlib, io, sys
from scumble.cli.app import main
for line in sys.stdin.read().splitlines():
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        main(line.split())
    loaded = [name for name in sys.argv[1:] if name in sys.modules]
    print(f"{line}: {loaded}")
"""


def loaded_by(commands, *modules):
    """Return which modules are loaded after commands, run one after the other."""
    program = [sys.executable, "-c", WITHOUT_TORCH, *modules]
    done = subprocess.run(program, input="\n".join(commands), capture_output=True, text=True)
    return done.stdout.splitlines()


def test_what_needs_no_torch_does_not_import_it(scumble):
    scumble("stylize", "photo.png", "paint.png", *TINY, "-o", "out.png")
    commands = [
        "--help",
        "presets coursera",
        "config",
        "show out.png",
        "weights list",
        "stylize photo.png gone.png",
        "stylize photo.png paint.png -o nowhere/out.png",
        "stylize photo.png paint.png --strength 101",
        "stylize photo.png paint.png --weight.gramm 1",
        "stylize photo.png paint.png --backbone vgg19",
        "stylize photo.png paint.png --timelapse film.png",
        "grid photo.png paint.png --x strength=20,101",
        "compare photo.png gone.png",
    ]
    assert loaded_by(commands, "torch") == [f"{command}: []" for command in commands]


def test_help_imports_no_more_than_it_needs():
    commands = ["stylize --help", "config --help", "grid --help", "compare --help", "curves --help"]
    assert loaded_by(commands, "torch", "numpy") == [f"{command}: []" for command in commands]


FULL = """
import resource, sys
import scumble
from scumble.cli.app import main
from scumble.optimizers.base import optimizers
from scumble.optimizers.lbfgs import LBFGS
scumble.stylize("photo.png", "paint.png", size=64, steps=2)  # all that is loaded late is loaded

@optimizers("limiting")
class Limiting(LBFGS):
    def step(self, image, evaluate):  # a limit that is there before the start would be planned with
        if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
            pages = int(open("/proc/self/statm").read().split()[0])
            limit = pages * resource.getpagesize() + (250 << 20)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        return super().step(image, evaluate)

main([*sys.argv[1:], "--optimizer", "limiting"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and a limit of address space")
def test_a_full_memory_keeps_the_picture_of_the_scale_before(desk):
    arguments = ["stylize", "photo.png", "paint.png", "-o", "out.png", "--size", "2048", "--steps", "1"]
    for _ in range(
        3
    ):  # libraries below torch may crash, once in many runs, without memory for their own code
        done = subprocess.run([sys.executable, "-c", FULL, *arguments], capture_output=True, text=True)
        if done.returncode >= 0:
            break
    assert (done.returncode, done.stdout) == (5, "out.png\n"), done.stderr
    *_, error, hint = done.stderr.splitlines()
    assert re.fullmatch(r"error: (512 x 384|1024 x 768|2048 x 1536) pixels do not fit into memory", error)
    assert re.fullmatch(r"hint: --size (256|512|1024) needs a quarter of it", hint)
    assert opened(desk / "out.png").size == (2048, 1536)
    assert 1 <= read_record(desk / "out.png").steps < 5


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux does")
@pytest.mark.parametrize("megabytes", [40, 150, 560, 600])
def test_a_limit_that_libraries_cannot_load_under_is_told_by_us(megabytes):
    limited = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20},) * 2); "
    )
    painted = "sys.argv[1:] = ['stylize', 'photo.png', 'paint.png']; runpy.run_module('scumble', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", limited + painted], capture_output=True, text=True)
    assert done.returncode == 5
    assert re.fullmatch(r"error: this process may have .*\nhint: raise ulimit -v\n", done.stderr)
