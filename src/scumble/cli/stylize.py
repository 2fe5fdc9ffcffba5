"""The command `scumble stylize`."""

import errno
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.output import STDIN, Output
from scumble.cli.settings import settle
from scumble.cli.weights import offer
from scumble.errors import BadOption, ImageError, UsageError
from scumble.options import Options

USAGE = "scumble --help, or scumble COMMAND --help"


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
    from scumble.image.decode import require_readable
    from scumble.image.files import MAX_BYTES
    from scumble.image.sniff import HEAD

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


def carry_on(
    picture: Path,
    inputs: list[Path],
    content: str | None,
    styles: list[str],
    output: Output,
    options: Options,
) -> None:
    """Go on from a finished picture; of the options only flags count, for its record holds the others."""
    from scumble.cli.painting import carry_out
    from scumble.record import read_record
    from scumble.runs.resume import differences, prepare_continued

    if STDIN in (content, *styles):
        raise UsageError("- was given, but --continue-from takes its pictures from files")
    run = prepare_continued(picture, inputs, content, styles, **options.given)
    continued = output.named(f"{picture.stem}-continued.png")
    carry_out(run, continued, differences(read_record(picture)), reads=[picture])


def stylize(
    content: str | None = None,
    style: list[str] | None = None,
    /,
    *,
    continue_from: Path | None = None,
    inputs: Annotated[list[Path] | None, Parameter(consume_multiple=True, negative="")] = None,
    output: Output = Output(),  # noqa: B008 (frozen)
    options: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008 (frozen)
) -> None:
    """Paint CONTENT in the style of one or more STYLE pictures; print the path of the result.

    Example: scumble stylize photo.jpg painting.jpg -o out.png --size 512 --strength 60

    Parameters
    ----------
    content
        The photograph; - reads it from stdin.
    style
        The painting, or several to mix; - for one of them.
    continue_from
        Go on from a picture that Scumble made, with content, style and options from its record unless they are
        given, for as many --steps at full size, such as +100.
    inputs
        With --continue-from: folders that hold content and style, besides this one and the picture's own.
    """
    from scumble.cli.painting import carry_out
    from scumble.runs.prepare import prepare  # NumPy and Pillow take a while, and --help does without

    if continue_from is not None:
        carry_on(continue_from, inputs or [], content, style or [], output, options)
        return
    if content is None or not style:
        raise UsageError(f"{'STYLE' if content else 'CONTENT'} requires an argument", USAGE)
    if inputs:
        raise UsageError(
            "--inputs was given without --continue-from PICTURE, whose record names its pictures"
        )
    if more := [number for number in options.given.get("steps", []) if str(number).startswith("+")]:
        raise BadOption(
            f"steps are {more[0]!r}, but there is no picture to go on from", "--continue-from PICTURE"
        )
    settled = settle(options)
    if not output.dry_run:
        offer(settled.backbone)
    first, *others = read_sources(content, style)
    carry_out(prepare(first, others, settled), output)
