"""The command line as a process of its own; imports nothing heavy, so that Ctrl-C is heeded from the start."""

import atexit
import os
import signal
import sys
from types import FrameType
from typing import NoReturn

from scumble.cli.console import complain, say
from scumble.cli.streams import open_streams
from scumble.shortage import address_limit

FEWEST = 250e6  # bytes of addresses, below which libraries end the process or fill it with their own words
INTERRUPTED = 128 + signal.SIGINT


def process() -> NoReturn:
    """Run a command and end the process with its code, without taking torch apart, which takes 0.3 s."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as it is of jobs in the background
            signal.signal(signal.SIGINT, interrupt)
        open_streams()
        if address_limit() < FEWEST:
            leave(complain(f"this process may have {address_limit() / 1e6:.0f} MB of addresses; "
                           f"{FEWEST / 1e6:.0f} MB are needed", "raise ulimit -v", 5))  # fmt: skip
        leave(code_of_main())
    except KeyboardInterrupt:  # outside of any command
        say("interrupted")
    os._exit(INTERRUPTED)


def code_of_main() -> int:
    """Run the command that the arguments say and return its exit code."""
    from scumble.cli.app import main  # takes a fifth of a second

    try:
        main()
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1


def leave(code: int) -> NoReturn:
    """End the process; a signal that comes now finds the work done."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(code))
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def interrupt(_number: int, frame: FrameType | None) -> None:
    """Raise `KeyboardInterrupt`, once; the next Ctrl-C ends the process at once.

    So does the first amid an import: others' code would swallow or garble the exception there, and nothing is
    painted yet that could be kept.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    if importing(frame):
        say("interrupted")
        os._exit(INTERRUPTED)
    raise KeyboardInterrupt


def importing(frame: FrameType | None) -> bool:
    """Return whether a frame belongs to an import."""
    while frame:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
