"""The command `scumble curves`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.console import tell_path
from scumble.cli.output import Switch, tell_saved
from scumble.saving.on_exists import OnExists


def curves(
    runs: list[Path],
    /,
    *,
    layers: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    unweighted: Annotated[bool, Switch] = False,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("curves.png"),
    on_exists: OnExists = "error",
) -> None:
    """Draw how the costs of one or more RUNS went, one over the other; print the path of the picture.

    Needs `pip install 'scumble[plot]'`.

    Example: scumble curves out.png other.png -o curves.png

    Parameters
    ----------
    runs
        Pictures made by Scumble, or what stylize --json wrote to stderr, in files called .jsonl.
    layers
        The terms to draw layer by layer: covariance, or several, content,covariance.
    unweighted
        Draw each term in its formula's own units, not times its weight.
    output
        The picture: {pictures}.
    on_exists
        What to do if the picture is there already.
    """
    from scumble.comparing.curves import (  # NumPy and Pillow take a while, and --help does without
        draw,
        read_course,
    )
    from scumble.saving.destination import destination_of

    named = [name.strip() for part in layers for name in part.split(",") if name.strip()]
    courses = [read_course(run) for run in runs]  # what goes in is told before what comes out
    place = destination_of(output, on_exists, runs)
    if place is None:
        tell_path(output)
        return
    names = [run.name for run in runs]
    tell_saved(place.save([draw(courses, names, weighted=not unweighted, layers=named)]))
