"""The command `scumble curves`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.console import tell_path
from scumble.outputs.files import OnExists


def curves(
    runs: list[Path],
    /,
    *,
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
    output
        The picture: .png, .jpg, .webp, .tiff or .avif.
    on_exists
        What to do if the picture is there already.
    """
    from scumble.curves import draw, read_course  # NumPy and Pillow take a while, and --help does without
    from scumble.outputs.files import resolve_path, write

    path = resolve_path(output, on_exists, reads=runs)
    if path is not None:
        picture = draw([read_course(run) for run in runs], [run.name for run in runs])
        write(path, [picture], None, on_exists="rename" if on_exists == "error" else on_exists)
    tell_path(path or output)
