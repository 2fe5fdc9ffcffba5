"""What is said to a person: always on stderr, so that stdout holds results alone."""

import sys


def say(text: str) -> None:
    """Say a line."""
    print(text, file=sys.stderr, flush=True)


def complain(message: str, hint: str, exit_code: int) -> int:
    """Say what went wrong in one line, and the remedy, if any, in another; return the exit code."""
    say(f"error: {' '.join(message.split())}")
    if hint:
        say(f"hint: {' '.join(hint.split())}")
    return exit_code
