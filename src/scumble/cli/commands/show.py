"""The command `scumble show`."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from scumble.cli.console import tell, tell_json
from scumble.errors import several
from scumble.options import Options

if TYPE_CHECKING:
    from scumble.record import Record, Source


def show(picture: Path, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Print what made a picture: its record.

    Example: scumble show out.png

    Parameters
    ----------
    picture
        A picture made by Scumble, or the .json beside it.
    json
        Print the record as it is.
    """
    from scumble.record import read_record

    record = read_record(picture)
    if json:
        tell_json(json_format.loads(record.to_json()), indent=2)
    else:
        tell(*lines(record))


def lines(record: "Record") -> list[str]:
    """Return the record as text: what matters first, options only where they are not the defaults."""
    defaults = Options().model_dump(mode="json")
    changed = {name: value for name, value in record.options.items() if value != defaults.get(name)}
    steps = several(record.steps, "step") if record.steps else "one pass"
    costs = ", ".join(f"{name} {cost:.4g}" for name, cost in record.costs.items())
    return [
        f"made       {record.made:%Y-%m-%d %H:%M} UTC by scumble {record.scumble}",
        f"picture    {record.width} x {record.height}, {steps} in {record.seconds:.1f} s"
        + (", stopped before the end" if record.stopped else ""),
        f"content    {line_of(record.content)}",
        *(f"style      {line_of(style)}, weight {style.weight:g}" for style in record.styles),
        *([f"start      {line_of(record.start)}"] if record.start else []),
        *([f"near       {line_of(record.previous)}"] if record.previous else []),
        *(f"painted    {line_of(mask)}" for mask in record.content_masks if mask),
        *(f"taken      {line_of(mask)}" for mask in record.style_masks if mask),
        *([f"way        {record.way}"] if record.way else []),
        f"backbone   {record.backbone}, weights {record.weights_sha256[:16]}",
        f"machine    {record.device}, {record.threads} threads, {record.precision}, "
        + ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        *([f"arithmetic {', '.join(record.arithmetic)}"] if record.arithmetic else []),
        *([f"costs      {costs}"] if record.steps else []),
        "options    " + (", ".join(f"{name} = {value}" for name, value in changed.items()) or "the defaults"),
        *(f"plugin     {plugin.name}, sha256 {plugin.sha256[:16]}" for plugin in record.plugins),
        *(f"fallback   {fallback}" for fallback in record.fallbacks),
    ]


def line_of(source: "Source") -> str:
    """Return one input in a line."""
    return f"{source.name}, {source.width} x {source.height}, sha256 {source.sha256[:16]}"
