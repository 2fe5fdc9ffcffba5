"""The command `scumble presets`."""

import json as json_format
from typing import Annotated

from cyclopts import Parameter

from scumble.cli.console import tell, tell_json
from scumble.presets import load_preset, preset_names


def presets(name: str | None = None, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """List the presets, or show one with its values and the reason for each.

    Example: scumble presets coursera

    Parameters
    ----------
    name
        A preset; all of them when omitted.
    json
        Print JSON.
    """
    chosen = [load_preset(one) for one in ([name] if name else preset_names())]
    if json:
        told = [{"name": one.name, "summary": one.summary, "options": one.options} for one in chosen]
        tell_json(told, indent=2)
        return
    for one in chosen:
        tell(f"{one.name:<14} {one.summary}")
    if name is None:
        return
    for option, value in chosen[0].options.items():
        tell("", f"  {option} = {json_format.dumps(value)}")
        if option in chosen[0].reasons:
            tell(f"      {chosen[0].reasons[option]}")
    for option, reason in chosen[0].reasons.items():
        if option not in chosen[0].options:
            tell("", f"  {option}: as by default", f"      {reason}")
