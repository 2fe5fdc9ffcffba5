"""What is said and told: results on stdout, all else on stderr.

Text from files and names goes through here, so that it cannot command a terminal or break a line.
"""

import json
import os
import sys
from typing import Any

USAGE = "scumble --help, or scumble COMMAND --help"
LONGEST = 2000  # characters of an error line: what was asked may be a megabyte


def printable(text: str) -> str:
    """Return a text with escapes for line breaks, bidirectional overrides and what else would command a terminal.

    Example:
        >>> print(printable("\\x1b[31mred\\u202egnp"))
        \\x1b[31mred\\u202egnp
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def as_json(value: Any, indent: int | None = None) -> str:
    """Return JSON in printable ASCII."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


def say(text: str) -> None:
    """Say a line on stderr; if it cannot be said, it is lost, and the work goes on."""
    _say(printable(text) + "\n")


def say_json(value: Any) -> None:
    """Say a JSON object in a line on stderr."""
    _say(as_json(value) + "\n")


def ask(question: str) -> str:
    """Ask a person at the terminal, and return the answer without blanks around it."""
    _say(printable(question) + " ")
    return sys.stdin.readline().strip()


def _say(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):  # gone, full or closed
        return


def tell(*lines: str) -> None:
    """Print lines for people to stdout."""
    _tell("".join(printable(line) + "\n" for line in lines))


def tell_path(path: str | os.PathLike[str]) -> None:
    """Print a path to stdout: escaped for a terminal, in its own bytes for a program."""
    name = os.fspath(path)
    _tell((printable(name) if sys.stdout.isatty() else name) + "\n")


def tell_json(value: Any, indent: int | None = None) -> None:
    """Print JSON to stdout."""
    _tell(as_json(value, indent) + "\n")


def tell_bytes(data: bytes) -> None:
    """Write the bytes of a picture to stdout."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(message: str, hint: str, exit_code: int) -> int:
    """Say what went wrong in one line, and the remedy, if any, in another; return the exit code."""
    for kind, text in (("error", message), ("hint", hint)):
        line = " ".join(text.split())
        if line:
            say(f"{kind}: {shortened(line)}")
    return exit_code


def shortened(line: str) -> str:
    """Return the beginning and the end of a line that is longer than a screen."""
    half = LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[:half]}...{line[-half:]}"
