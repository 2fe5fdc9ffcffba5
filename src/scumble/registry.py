"""Tables from a name to the class that answers to it, filled by the files of one folder.

A new file in the folder is found without being listed anywhere. Names are read from the files' text,
`@losses("gram")`, so that a mistyped name is refused before anything heavy is imported.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Generic, TypeVar

from scumble.errors import UnknownName

T = TypeVar("T")


@cache
def modules_by_name(table: str) -> dict[str, str]:
    """From each name of a table, such as "losses", to the module that registers it."""
    decorator = re.compile(rf'^@{table}\("([^"]+)"\)', re.MULTILINE)
    return {
        name: f"scumble.{table}.{path.stem}"
        for path in sorted((Path(__file__).parent / table).glob("*.py"))
        for name in decorator.findall(path.read_text(encoding="utf-8"))
    }


def names(table: str) -> list[str]:
    """Return all names of a table, sorted; imports nothing."""
    return sorted(modules_by_name(table))


def check(kind: str, table: str, name: str) -> str:
    """Return `name` if the table has it, else raise `UnknownName`; imports nothing."""
    if name not in modules_by_name(table):
        raise UnknownName(kind, name, names(table))
    return name


class Registry(Generic[T]):
    """Classes of one kind by name.

    Args:
        kind: what one entry is called in messages, such as "loss".
        table: the decorator's and the folder's name, such as "losses".
    """

    def __init__(self, kind: str, table: str) -> None:
        self.kind = kind
        self.table = table
        self._entries: dict[str, type[T]] = {}

    def __call__(self, name: str) -> Callable[[type[T]], type[T]]:
        """Decorate a class to register it under `name`."""

        def register(entry: type[T]) -> type[T]:
            if name in self._entries:
                raise ValueError(f"{self.kind} {name!r} is already {self._entries[name]!r}")
            self._entries[name] = entry
            modules_by_name(self.table)[name] = entry.__module__  # a user's own class becomes known, too
            return entry

        return register

    def __iter__(self) -> Iterator[str]:
        return iter(names(self.table))

    def __getitem__(self, name: str) -> type[T]:
        """Return the class registered under `name`, importing its file if need be."""
        check(self.kind, self.table, name)
        if name not in self._entries:
            import_module(modules_by_name(self.table)[name])
        return self._entries[name]
