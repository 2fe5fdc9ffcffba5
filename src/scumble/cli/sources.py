"""Pictures that a command is given: paths, and what stdin holds."""

import errno
import sys

from scumble.cli.output import STDIN
from scumble.errors import ImageError, UsageError


def read_sources(content: str, styles: list[str]) -> list[str | bytes]:
    """Return paths as they are, and what it holds for stdin.

    Raises:
        UsageError: stdin is given twice, or stdin is a terminal.
        ImageError: stdin cannot be read, holds no picture, which is told from its beginning, or too much.
    """
    given: list[str | bytes] = [content, *styles]
    if given.count(STDIN) > 1:
        raise UsageError("- is given twice, but stdin holds one picture")
    if STDIN in given:
        given[given.index(STDIN)] = read_stdin()
    return given


def read_stdin() -> bytes:
    """Return the picture that stdin holds."""
    from scumble.image.files import MAX_BYTES
    from scumble.image.sniff import HEAD, require_readable

    if sys.stdin.isatty():
        raise UsageError("- reads a picture from stdin, which is a terminal", "another-program | scumble ...")
    try:
        head = sys.stdin.buffer.read(HEAD)
        require_readable(head, "stdin")  # before the rest, which may have no end
        data = bytearray(head)
        while part := sys.stdin.buffer.read(1 << 20):
            data += part
            if len(data) > MAX_BYTES:
                raise ImageError(f"stdin holds more than {MAX_BYTES:,} bytes")
    except OSError as error:
        reason = "it is closed" if error.errno == errno.EBADF else error.strerror or str(error)
        raise ImageError(f"stdin cannot be read: {reason}") from error
    return bytes(data)
