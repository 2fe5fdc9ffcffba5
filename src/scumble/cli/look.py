"""The command `scumble look`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.console import say
from scumble.cli.output import Switch
from scumble.errors import UsageError
from scumble.options import Options
from scumble.outputs.files import OnExists


def look(
    content: str,
    style: list[str],
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("regions.png"),
    regions: Annotated[bool, Switch] = False,
    most: str = "auto",
    backbone: str = "compact",
    seed: int = 0,
    on_exists: OnExists = "error",
) -> None:
    """See what a run sees: CONTENT and STYLE beside the regions that are paired; print the path of the sheet.

    Example: scumble look photo.jpg painting.jpg --regions -o regions.png

    Parameters
    ----------
    content
        The photograph.
    style
        The painting, or several.
    output
        The sheet: .png, .jpg, .webp, .tiff or .avif.
    regions
        Show the regions: equal colors and numbers belong together.
    most
        As --regions of stylize: auto, off, or how many at most, 1 to 8.
    backbone
        The network that sees.
    seed
        Of the clustering, as in stylize.
    on_exists
        What to do if the sheet is there already.
    """
    if not regions:
        raise UsageError("look was not told what to show; --regions is what there is", "add --regions")
    from scumble.api import prepare  # NumPy and Pillow take a while, and --help does without
    from scumble.outputs.files import resolve_path, write

    run = prepare(content, style, Options(regions=most, backbone=backbone, seed=seed))
    path = resolve_path(output, on_exists)
    if path is not None:
        from scumble.look import look_at_regions

        sheet, number = look_at_regions(run.plan)
        say(
            f"{number} regions"
            if number > 1
            else "one region: the style has none that answer to the content's"
        )
        write(path, [sheet], None, on_exists="rename" if on_exists == "error" else on_exists)
    print(path or output)
