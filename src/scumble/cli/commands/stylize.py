"""The command `scumble stylize`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.console import USAGE
from scumble.cli.fetching import offer
from scumble.cli.output import STDIN, Output
from scumble.cli.settings import merged_options
from scumble.cli.sources import read_sources
from scumble.errors import BadOption, UsageError
from scumble.options import Options
from scumble.paths import as_path

SYNOPSIS = """Usage: scumble stylize CONTENT STYLE... [OPTIONS]
       scumble stylize --continue-from PICTURE [OPTIONS]"""


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
    picture = as_path(picture)
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
    settled = merged_options(options)
    if not output.dry_run:
        offer(settled.backbone)
    first, *others = read_sources(content, style)
    carry_out(prepare(first, others, settled), output)
