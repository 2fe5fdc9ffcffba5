"""The command `scumble rerun`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.output import Output
from scumble.paths import as_path


def rerun(
    picture: Path,
    /,
    *,
    inputs: Annotated[list[Path] | None, Parameter(consume_multiple=True)] = None,
    output: Output = Output(),  # noqa: B008 (frozen)
) -> None:
    """Make a picture again from its record: on a CPU, with the same versions, the same pixels.

    One that was stopped is painted up to the same step.

    Example: scumble rerun out.png -o again.png --inputs photos

    Parameters
    ----------
    picture
        A picture made by Scumble, or the .json beside it.
    inputs
        Folders that hold the content and the styles, besides this one and the picture's own.
    """
    from scumble.cli.painting import carry_out
    from scumble.record import read_record
    from scumble.runs.again import prepare_again
    from scumble.runs.resume import differences

    picture = as_path(picture)
    record = read_record(picture)
    run = prepare_again(record, [*(inputs or []), Path(), picture.parent])
    stopped = (
        [f"it was stopped after step {run.until} of {run.plan.steps}, and is again"] if run.until else []
    )
    again = output.named(f"{picture.stem}-again.png")
    carry_out(run, again, [*differences(record), *stopped], reads=[picture])
