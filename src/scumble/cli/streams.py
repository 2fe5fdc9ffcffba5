"""The three streams of a process of our own: each of them may be closed, full, broken or of another alphabet."""

import codecs
import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from scumble.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NARROWEST, WIDEST, USUAL = 40, 500, 80  # columns; rich does not come to an end in a single one


PATIENCE = 5.0  # seconds that a message waits for its reader
AT_ONCE = 512  # bytes that every pipe has room for which can be written to at all


class ReaderGone(Exception):  # noqa: N818 (no OSError: others take those for their own)
    """Nobody reads stdout any more, as behind `| head`."""


class Results(io.FileIO):
    """Stdout: what cannot be written is an `OutputError`, once; what comes after is lost."""

    lost = False

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all, waiting where a pipe that does not block is full."""
        left = memoryview(data).cast("B")
        try:
            while left and not self.lost:
                written = super().write(left)
                left = left[written or 0 :]
                if written is None:
                    select.select([], [self], [])
        except BrokenPipeError:
            self.lost = True
            raise ReaderGone from None
        except OSError as error:
            self.lost = True
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror or error
            raise OutputError(f"cannot write to stdout: {reason}") from error
        return len(memoryview(data).cast("B"))


class Sayings(io.FileIO):
    """Stderr: what cannot be written is lost, so that no message ends the work."""

    patience = PATIENCE

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write, or pretend to: a reader that takes nothing for some seconds is not waited for again."""
        left = memoryview(data).cast("B")
        with suppress(OSError, ValueError):
            while left and select.select([], [self], [], self.patience)[1]:
                written = super().write(left[:AT_ONCE])
                self.patience, left = PATIENCE, left[written or 0 :]
        if left:
            self.patience = 0.0
        return len(memoryview(data).cast("B"))


def as_named(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write what an encoding lacks in the bytes that it has in names of files."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    try:
        return os.fsencode(text), error.end
    except UnicodeEncodeError:
        return text.encode("ascii", "backslashreplace"), error.end


def open_streams() -> None:
    """Let stdin, stdout and stderr be there, and fail in our own words; and give them a width to write in.

    A descriptor that is closed would be given to the next file that is opened, and a message written into it.
    """
    fill(0, os.O_WRONLY)  # so that reading fails
    fill(1, os.O_RDONLY)  # so that writing fails
    fill(2, os.O_RDWR)
    codecs.register_error("scumble.named", as_named)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    out, err = (getattr(stream, "encoding", None) or "utf-8" for stream in (sys.stdout, sys.stderr))
    shown = "backslashreplace" if os.isatty(1) else "scumble.named"
    # no buffer below the text: one that a signal interrupts writes its bytes a second time
    sys.stdout = written(Results(1, "w", closefd=False), out, shown)
    sys.stderr = written(Sayings(2, "w", closefd=False), err, "backslashreplace")
    settle_width()


def written(stream: io.FileIO, alphabet: str, errors: str) -> io.TextIOWrapper:
    """Return a stream for text over one for bytes."""
    lines = stream.isatty() or stream.fileno() == 2
    return io.TextIOWrapper(stream, alphabet, errors, line_buffering=lines)


def fill(descriptor: int, mode: int) -> None:
    """Put something behind a descriptor that is closed."""
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, mode)  # the lowest one that is free
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)


def settle_width() -> None:
    """Let `COLUMNS` be a width that text fits into, where it or a terminal says another."""
    for name in ("COLUMNS", "LINES"):
        told = os.environ.get(name, "")
        if not (told.isascii() and told.isdecimal() and 0 < len(told) < 10):
            os.environ.pop(name, None)
    told = os.environ.get("COLUMNS", "")
    widths = (
        [int(told)] if told else [os.get_terminal_size(one).columns for one in range(3) if os.isatty(one)]
    )
    if wrong := [width for width in widths if not NARROWEST <= width <= WIDEST]:
        os.environ["COLUMNS"] = str(min(max(wrong[0] or USUAL, NARROWEST), WIDEST))
