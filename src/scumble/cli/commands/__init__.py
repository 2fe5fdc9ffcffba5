"""The commands, one file each: adding a file adds a command.

The file `NAME.py` defines a function `NAME`, or several below an `app`. A `NAME` of its own is what is typed instead,
and a `SYNOPSIS` what its help begins with.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from cyclopts import App


@dataclass(frozen=True)
class Command:
    """A command: what is run, and what is typed and told of its usage where that is not as usual."""

    run: Callable[..., Any] | App
    settings: dict[str, str]


def commands() -> Iterator[Command]:
    """Yield what the files of this folder define, in the order of their names."""
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        module = vars(import_module(f"{__name__}.{path.stem}"))
        said = {"name": module.get("NAME"), "usage": module.get("SYNOPSIS")}
        run = module.get("app") or module[path.stem]
        yield Command(run, {key: value for key, value in said.items() if value})
