"""The command `scumble grid`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from scumble.cli.console import printable, say, tell, tell_json, tell_path
from scumble.cli.fetching import offer
from scumble.cli.output import OUTPUT, Switch, raise_first
from scumble.cli.settings import files_read, merged_options
from scumble.cli.sources import read_sources
from scumble.errors import BadOption, OutputExists
from scumble.options import Options
from scumble.saving.on_exists import OnExists

if TYPE_CHECKING:
    from scumble.comparing.fulfil import Products
    from scumble.comparing.grid import Grid

SYNOPSIS = "Usage: scumble grid CONTENT STYLE... --x OPTION=VALUE,VALUE [OPTIONS]"


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
        The sheet: {pictures}.
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
    from scumble.comparing.axis import parse_axis  # NumPy takes a while, and --help does without
    from scumble.comparing.grid import make_grid

    if "every" in options.given:
        raise BadOption(
            "every is for snapshots, which a grid has none of", "--cells FOLDER keeps the pictures"
        )
    chosen = merged_options(options)
    first, *others = read_sources(content, style)
    axes = [parse_axis(text, others) for text in (x, y) if text is not None]
    planned = make_grid(first, others, chosen, *axes)
    products = settled(planned, output, cells, on_exists, dry_run=dry_run)
    if products is None:
        say(f"{output} is there already; skipped")
        if json:
            tell_json({"output": str(output), "skipped": True})
        else:
            tell_path(output)
    elif dry_run:
        tell_grid(planned, products.sheet, as_json=json)
    else:
        paint(planned, products, width, as_json=json, quiet=quiet)


def tell_grid(grid: "Grid", path: Path, *, as_json: bool) -> None:
    """Print what a grid would take and write."""
    from scumble.comparing.fulfil import TABLE
    from scumble.engine.forecast import forecast  # torch takes a second to import

    seconds = [forecast(cell.plan).seconds for cell in grid.cells]
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


def settled(
    grid: "Grid", output: Path, cells: Path | None, on_exists: OnExists, *, dry_run: bool
) -> "Products | None":
    """Return what a grid will write, or None to skip it; a dry run only says what is there already.

    Raises:
        ScumbleError: see `scumble.comparing.fulfil.settle_grid`.
    """
    from scumble.comparing.fulfil import products_at, settle_grid

    try:
        return settle_grid(grid, output, cells, on_exists, files_read())
    except OutputExists as error:
        if not dry_run:
            raise
        say(printable(f"note: {error.message}"))
        return products_at(grid, output, None, on_exists, files_read())


def paint(grid: "Grid", products: "Products", width: int, *, as_json: bool, quiet: bool) -> None:
    """Paint the cells and print where the sheet is, even if Ctrl-C or an error ends it; then the error is raised."""
    from scumble.cli.cells import cell_reporter
    from scumble.cli.interrupts import Interrupts
    from scumble.comparing.fulfil import fulfil_grid

    for name in dict.fromkeys(cell.options.backbone for cell in grid.cells):
        offer(name)
    with Interrupts() as interrupts:
        with cell_reporter(grid, as_json=as_json, quiet=quiet) as report:
            painted = fulfil_grid(grid, products, width, report=report, painting=interrupts.painting)
        if painted.count < len(grid.cells) and not quiet:
            say(f"note: {painted.count} of {len(grid.cells)} cells are painted")
        if painted.sheet and as_json:
            rows = grid.rows(painted.cells)
            tell_json({"output": str(painted.sheet), "table": str(painted.table), "cells": rows})
        elif painted.sheet:
            tell_path(painted.sheet)
    raise_first(painted.problems)
