"""What is said to a person: always on stderr, so that stdout holds results alone."""

import os
import sys
from typing import TextIO


def say(text: str) -> None:
    """Say a line; if nobody reads any more, it is lost, and the work goes on."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        hang_up(sys.stderr)


def hang_up(stream: TextIO) -> None:
    """Let all that is still written to a pipe without a reader vanish."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def printable(text: str) -> str:
    """Return a text without line breaks and what else would command a terminal.

    Example:
        >>> printable("\\x1b[31mred")
        '?[31mred'
    """
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def complain(message: str, hint: str, exit_code: int) -> int:
    """Say what went wrong in one line, and the remedy, if any, in another; return the exit code."""
    say(f"error: {printable(' '.join(message.split()))}")
    if hint:
        say(f"hint: {printable(' '.join(hint.split()))}")
    return exit_code
