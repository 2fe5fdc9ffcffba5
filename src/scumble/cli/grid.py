"""The command `scumble grid`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from scumble.cli.console import say, tell, tell_json, tell_path
from scumble.cli.output import OUTPUT, Switch
from scumble.cli.settings import settle
from scumble.cli.stylize import read_sources
from scumble.cli.weights import offer
from scumble.errors import BadOption, OutputExists
from scumble.options import Options
from scumble.outputs.files import OnExists

if TYPE_CHECKING:
    from scumble.grid import Grid, Outcome

TABLE = ".csv"


def grid(
    content: str,
    style: list[str],
    /,
    *,
    x: Annotated[str, Parameter(name="--x", group=OUTPUT)],
    y: Annotated[str | None, Parameter(name="--y", group=OUTPUT)] = None,
    output: Annotated[Path, Parameter(name=["--output", "-o"], group=OUTPUT)] = Path("grid.png"),
    cells: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    width: Annotated[int, Parameter(group=OUTPUT, validator=validators.Number(gte=32, lte=2048))] = 256,
    on_exists: Annotated[OnExists, Parameter(group=OUTPUT)] = "error",
    json: Annotated[bool, Switch, Parameter(group=OUTPUT)] = False,
    quiet: Annotated[
        bool, Parameter(name=["--quiet", "-q"], negative="", show_default=False, group=OUTPUT)
    ] = False,
    dry_run: Annotated[bool, Switch, Parameter(group=OUTPUT)] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008 (frozen)
) -> None:
    """Paint CONTENT with each value of an option, or each two of two options, and print the path of the sheet.

    A table with the costs and measures of each picture is written beside it, as .csv. Values with commas of their
    own are separated by semicolons: "steps=10;20,10". The axis style takes each STYLE picture in turn.

    Example: scumble grid photo.jpg painting.jpg --x strength=20,50,80 --y preset=draft,default -o grid.png

    Parameters
    ----------
    content
        The photograph; - reads it from stdin.
    style
        The painting, or several to mix, or to be an axis.
    x
        What changes from column to column: OPTION=VALUE,VALUE, such as weight.gram=0,1, or style.
    y
        What changes from row to row.
    output
        The sheet: .png, .jpg, .webp, .tiff or .avif.
    cells
        Folder for the pictures as they were painted.
    width
        Of a picture on the sheet, in pixels, 32 to 2048.
    on_exists
        What to do if the sheet or the table is there already, or the folder holds something.
    json
        Print one JSON object with all cells; progress becomes JSON lines on stderr.
    quiet
        Say nothing but errors.
    dry_run
        Print the cells and how long they will take, and write nothing.
    """
    from scumble.axis import parse_axis
    from scumble.cli.film import free_folder  # Pillow takes a while, and --help does without
    from scumble.grid import make_grid
    from scumble.outputs.files import resolve_path

    if "every" in options.given:
        raise BadOption(
            "every is for snapshots, which a grid has none of", "--cells FOLDER keeps the pictures"
        )
    settled = settle(options)
    first, *others = read_sources(content, style)
    axes = [parse_axis(text, others) for text in (x, y) if text is not None]
    reads = [first, *others, settled.start, *settled.content_mask, *settled.style_mask]
    folder = None
    try:
        path = resolve_path(output, on_exists, [TABLE], reads)
        if path and cells:
            folder = free_folder(cells, "cells", on_exists)
    except OutputExists as error:
        if not dry_run:
            raise
        say(f"note: {error.message}")
        path = output
    if path is None:
        say(f"{output} is there already; skipped")
        if json:
            tell_json({"output": str(output), "skipped": True})
        else:
            tell_path(output)
        return
    planned = make_grid(first, others, settled, *axes)
    if dry_run:
        tell_grid(planned, path, as_json=json)
        return
    paint(planned, path, folder, width, on_exists, as_json=json, quiet=quiet)


def tell_grid(grid: "Grid", path: Path, *, as_json: bool) -> None:
    """Print what a grid would take and write."""
    from scumble.cli.cells import forecasts

    seconds = list(forecasts(grid))
    total = round(sum(seconds), 1)
    if as_json:
        rows = [
            {**cell.values, "width": cell.plan.width, "height": cell.plan.height, "steps": cell.plan.steps,
             "seconds": one} for cell, one in zip(grid.cells, seconds, strict=True)
        ]  # fmt: skip
        told = {"output": str(path), "table": str(path.with_suffix(TABLE)), "seconds": total, "cells": rows}
        tell_json(told)
        return
    for cell, one in zip(grid.cells, seconds, strict=True):
        size = f"{cell.plan.width} x {cell.plan.height}"
        tell(f"{cell.label}: {size}, {cell.plan.steps} steps, about {one:.0f} s")
    tell(f"{len(seconds)} cells, about {total:.0f} s on this machine")
    tell_path(path)


def paint(
    grid: "Grid",
    path: Path,
    folder: Path | None,
    width: int,
    on_exists: OnExists,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Paint the cells and write what there is, even if Ctrl-C or an error ends it; then the error is raised."""
    from scumble.cli.cells import Painter, cell_reporter
    from scumble.cli.interrupts import Interrupts

    for name in dict.fromkeys(cell.options.backbone for cell in grid.cells):
        offer(name)
    painter = Painter(grid, folder, width, on_exists)
    with Interrupts() as interrupts:
        with cell_reporter(grid, as_json=as_json, quiet=quiet) as report:
            painter.paint(report)
        interrupts.ignore()
        painted = sum(one.picture is not None for one in painter.outcomes)
        if painter.problem and not quiet:
            say(f"note: {painted} of {len(grid.cells)} cells are painted")
        if painted:
            keep(grid, painter.outcomes, path, width, on_exists, as_json=as_json)
    if painter.problem:
        raise painter.problem


def keep(
    grid: "Grid", outcomes: "Sequence[Outcome]", path: Path, width: int, on_exists: OnExists, *, as_json: bool
) -> None:
    """Write the sheet and the table, and print where they are."""
    from scumble.outputs.files import resolve_path, write, write_text

    # files of those names that have appeared meanwhile are kept, too
    on_exists = "overwrite" if on_exists == "overwrite" else "rename"
    path = resolve_path(path, on_exists, [TABLE]) or path
    table = path.with_suffix(TABLE)
    write(path, [grid.sheet(outcomes, width)], None, on_exists=on_exists)
    write_text(table, grid.table(outcomes), on_exists)
    if as_json:
        tell_json({"output": str(path), "table": str(table), "cells": grid.rows(outcomes)})
    else:
        tell_path(path)
