"""The command `scumble stylize`."""

import sys
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.output import STDIN, Output
from scumble.cli.settings import settle
from scumble.cli.weights import offer
from scumble.errors import ImageError, UsageError
from scumble.options import Options


def read_sources(content: str, styles: list[str]) -> list[str | bytes]:
    """Return paths as they are, and what it holds for stdin.

    Raises:
        UsageError: stdin is given twice, or stdin is a terminal.
        ImageError: stdin holds no picture, which is told from its beginning, or too much.
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
    head = sys.stdin.buffer.read(HEAD)
    require_readable(head, "stdin")  # before the rest, which may have no end
    data = bytearray(head)
    while part := sys.stdin.buffer.read(1 << 20):
        data += part
        if len(data) > MAX_BYTES:
            raise ImageError(f"stdin holds more than {MAX_BYTES:,} bytes")
    return bytes(data)


def stylize(
    content: str,
    style: list[str],
    /,
    *,
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
    """
    from scumble.api import prepare  # NumPy and Pillow take a while, and --help does without
    from scumble.cli.painting import carry_out

    settled = settle(options)
    if not output.dry_run:
        offer(settled.backbone)
    first, *others = read_sources(content, style)
    carry_out(prepare(first, others, settled), output)
