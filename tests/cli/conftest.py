"""A folder with two small pictures to work in, and ways to run the command line there."""

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest
from PIL import Image

from scumble.cli.app import main

TINY = ("--size", "64", "--steps", "2", "--coarsest", "32")
"""Two scales of two steps."""


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch, content, style):
    """The current folder: photo.png of 64 x 48 pixels, paint.png, and no settings from outside."""
    for name in os.environ:
        if name.startswith("SCUMBLE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    content.rgb.save("photo.png")
    style.rgb.save("paint.png")
    return desk


def opened(path):
    """Return a picture, its file closed."""
    with Image.open(path) as image:
        image.load()
    return image


def read_to_the_end(terminal):
    """Return all that a terminal is sent, and close it."""
    shown = b""
    try:
        while part := os.read(terminal, 65536):
            shown += part
    except OSError:  # how the end of a terminal is told on Linux
        pass
    os.close(terminal)
    return shown


@dataclass
class Outcome:
    """What a command did: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def last(self):
        """The last line of stdout."""
        return self.out.splitlines()[-1]


@pytest.fixture
def scumble(capsys):
    """Run the command line in this process."""

    def run(*arguments):
        with pytest.raises(SystemExit) as exit_info:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(exit_info.value.code, out, err)

    return run


START = """
import signal, sys
for number in (signal.SIGINT, signal.SIGTERM):  # a job in the background ignores the first
    signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
from scumble.cli.process import process
process()
"""


@pytest.fixture
def start():
    """Start the command line in a process of its own."""
    started = []

    def popen(*arguments, **pipes):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **pipes}
        started.append(subprocess.Popen([sys.executable, "-c", START, *map(str, arguments)], **pipes))
        return started[-1]

    yield popen
    for process in started:
        process.kill()
        process.communicate()
