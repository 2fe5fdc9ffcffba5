"""The command `scumble stylize`."""

import sys
from typing import Annotated

from cyclopts import Parameter

from scumble.api import prepare
from scumble.cli.painting import Output, carry_out
from scumble.cli.settings import settle
from scumble.options import Options


def source(name: str) -> str | bytes:
    """Return a path as it is, and what stdin holds for `-`."""
    return sys.stdin.buffer.read() if name == "-" else name


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
        The painting, or several to mix.
    """
    run = prepare(source(content), style, settle(options))
    carry_out(run, output)
