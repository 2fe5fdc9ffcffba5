"""The command `scumble resume`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.output import Output
from scumble.paths import as_path


def resume(
    checkpoint: Path,
    /,
    *,
    inputs: Annotated[list[Path] | None, Parameter(consume_multiple=True, negative="")] = None,
    output: Output = Output(),  # noqa: B008 (frozen)
) -> None:
    """Go on with a run that was stopped, to the picture that it would have made.

    On a CPU, with the same versions, to the same pixels. The checkpoint is kept up to date.

    Example: scumble resume run.checkpoint -o out.png --inputs photos

    Parameters
    ----------
    checkpoint
        What stylize --checkpoint FILE wrote.
    inputs
        Folders that hold the content and the styles, besides this one and the checkpoint's own.
    """
    from scumble.cli.painting import carry_out
    from scumble.runs.resume import prepare_resumed

    checkpoint = as_path(checkpoint)
    run = prepare_resumed(checkpoint, inputs or ())
    output = output.named(f"{checkpoint.stem}-resumed.png")
    if output.checkpoint is None:
        output = replace(output, checkpoint=checkpoint)
    carry_out(run, output, going_on=checkpoint)
