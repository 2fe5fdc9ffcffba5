"""The command `scumble config`."""

import json as json_format
from typing import Annotated, Any

from cyclopts import Parameter

from scumble.cli.console import tell, tell_json
from scumble.cli.settings import layers, merge
from scumble.options import Options
from scumble.presets import load_preset


def config(
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # noqa: B008 (frozen)
) -> None:
    """Show the value of each option and where it comes from.

    Flag > environment (SCUMBLE_SIZE, ...) > ./scumble.toml > the user's scumble.toml > preset > default.

    Example: scumble config --preset gatys

    Parameters
    ----------
    json
        Print JSON.
    """
    found = layers(options.given)
    settled = merge(found)
    preset = load_preset(settled.preset)
    rows: dict[str, dict[str, Any]] = {}
    for name, value in settled.model_dump(mode="json").items():
        places = [layer.place for layer in found if name in layer.values]
        below = f"preset {preset.name}" if name in preset.options else "default"
        rows[name] = {"value": value, "from": places[-1] if places else below}
    if json:
        tell_json(rows, indent=2)
        return
    for name, row in rows.items():
        tell(f"{name:<16} {json_format.dumps(row['value'])}  ({row['from']})")
