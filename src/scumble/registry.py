"""Tables from a name to the class that answers to it, filled by the files of one folder.

A new file in the folder is found without being listed anywhere. Names are read from the files' text,
`@losses("gram")`, so that a mistyped name is refused before anything heavy is imported.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from scumble.errors import NameTaken, UnknownName

T = TypeVar("T")

TABLES = ("backbones", "executors", "losses", "optimizers", "outputs", "ways")


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


def is_ours(table: str, name: str) -> bool:
    """Return whether a name of a table, one that is there, comes with Scumble; imports nothing."""
    return modules_by_name(table)[name].startswith("scumble.")


def known() -> dict[str, dict[str, str]]:
    """Return for each table the modules by name, as they are now."""
    return {table: dict(modules_by_name(table)) for table in TABLES}


def restore(earlier: dict[str, dict[str, str]]) -> None:
    """Forget the names that were registered since `known` was called."""
    for table, names_then in earlier.items():
        modules_by_name(table).clear()
        modules_by_name(table).update(names_then)


def check(kind: str, table: str, name: str) -> str:
    """Return `name` if the table has it, else raise `UnknownName`; imports nothing."""
    homes = modules_by_name(table)
    if name not in homes:
        article = "an" if kind[0] in "aeiou" else "a"
        own = [one for one, home in sorted(homes.items()) if not home.startswith("scumble.")]
        hint = f"of your own {'are' if own[1:] else 'is'} {', '.join(own)}"
        raise UnknownName(
            kind, name, names(table), hint if own else f"--plugin FILE loads {article} {kind} of your own"
        )
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
        """Decorate a class to register it under `name`.

        Raises:
            NameTaken: another class has that name.
        """

        def register(entry: type[T]) -> type[T]:
            homes = modules_by_name(self.table)
            if name in homes and (homes[name] != entry.__module__ or name in self._entries):
                raise NameTaken(f"the {self.kind} {name!r} is there already, from {homes[name]}")
            self._entries[name] = entry
            homes[name] = entry.__module__  # a user's own class becomes known, too
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


def registry_of(table: str) -> Registry[Any]:
    """Return the registry of a table, for rows below its folder and for who reads them all; imports its base."""
    registry: Registry[Any] = getattr(import_module(f"scumble.{table}.base"), table)
    return registry
