"""Where options come from: flag > environment > project file > user file > preset > default."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from scumble.cli.toml import read_toml
from scumble.errors import BadOption, ScumbleError
from scumble.folders import config_folder
from scumble.options import Options
from scumble.plugins import plugin_files

PROJECT_FILE = Path("scumble.toml")
OWN_VARIABLES = ("CONFIG", "CACHE_DIR", "WEIGHTS_MIRROR", "MALLOC", "ARITHMETIC")  # that are no options


def user_file() -> Path | None:
    """Return where the user's options are kept; `SCUMBLE_CONFIG` names another place; None without a home."""
    if elsewhere := os.environ.get("SCUMBLE_CONFIG"):
        return Path(elsewhere)
    folder = config_folder()
    return folder and folder / "scumble.toml"


@dataclass(frozen=True)
class Layer:
    """Options from one place."""

    place: str
    values: Mapping[str, Any]


def read_layer(path: Path | None, place: str) -> Layer:
    """Return the options of a TOML file; none if there is no such file."""
    try:
        values = read_toml(path) if path else {}
    except (FileNotFoundError, NotADirectoryError):
        if os.environ.get("SCUMBLE_CONFIG") and path == user_file():
            raise BadOption(f"there is no file {str(path)!r}, which SCUMBLE_CONFIG names") from None
        return Layer(place, {})
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadOption(
            f"{place} {path} cannot be read: {reason}", "it holds TOML, as in: size = 800"
        ) from None
    check_layer(values, f"{place} {path}")
    return Layer(f"{place} {path}", values)


def check_variables() -> None:
    """Refuse a variable whose name is nearly that of an option; others may be a plugin's."""
    known = {*OWN_VARIABLES, *(name.upper() for name in Options.model_fields)}
    given = {name.removeprefix("SCUMBLE_") for name in os.environ if name.startswith("SCUMBLE_")}
    for name in sorted(given - known):
        if near := get_close_matches(name, sorted(known), n=1, cutoff=0.8):
            raise BadOption(
                f"unknown variable SCUMBLE_{name}; did you mean SCUMBLE_{near[0]}?", "unset it, or correct it"
            )


def environment_layer() -> Layer:
    """Return the options set by `SCUMBLE_SIZE` and the like; an empty variable sets nothing."""
    check_variables()
    told = {name: os.environ.get(f"SCUMBLE_{name.upper()}") for name in Options.model_fields}
    values: dict[str, Any] = {name: value for name, value in told.items() if value}
    if "weight" in values:
        values["weight"] = weights_of(values["weight"])
    check_layer(values, "environment")
    return Layer("environment", values)


def weights_of(text: str) -> dict[str, str]:
    """Turn `gram=2,variation=0` into a mapping."""
    parts = [part.strip().partition("=") for part in text.split(",") if part.strip()]
    return {name: value for name, _, value in parts}


def check_layer(values: Mapping[str, Any], place: str) -> None:
    """Refuse a layer with unknown options or bad values, saying where it is."""
    try:
        Options(**values)
    except ScumbleError as error:
        raise BadOption(f"{error.message} (in {place})", error.hint) from None


def layers(given: Mapping[str, Any]) -> list[Layer]:
    """Return all layers above preset and defaults, the weakest first."""
    return [
        read_layer(user_file(), "user file"),
        read_layer(PROJECT_FILE, "project file"),
        environment_layer(),
        Layer("flag", given),
    ]


def files_read() -> list[Path]:
    """Return the files that each command reads beside its pictures: of options, and plugins."""
    return [file for file in (user_file(), PROJECT_FILE, *plugin_files()) if file is not None]


def merge(found: list[Layer]) -> Options:
    """Return the options of all layers, stronger ones over weaker ones, weights merged."""
    values: dict[str, Any] = {}
    weight: dict[str, Any] = {}
    for layer in found:
        values |= layer.values
        weight |= layer.values.get("weight", {})
    return Options(**values | ({"weight": weight} if weight else {}))


def merged_options(options: Options) -> Options:
    """Return the options that count, given those of the command line."""
    return merge(layers(options.given))
