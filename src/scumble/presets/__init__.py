"""Named sets of options, one TOML file each, with the reason for each value."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scumble.errors import UnknownName

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Preset:
    """What one file says."""

    name: str
    summary: str
    options: dict[str, Any]
    reasons: dict[str, str]


def preset_names() -> list[str]:
    """Return the names of all presets, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def load_preset(name: str) -> Preset:
    """Read one preset.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in preset_names():
        raise UnknownName("preset", name, preset_names())
    content = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return Preset(name, content["summary"], content.get("options", {}), content.get("reasons", {}))
