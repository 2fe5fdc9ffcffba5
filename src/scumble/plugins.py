"""Plugins: Python files of the user's own that register losses, backbones, optimizers, writers or ways to paint.

A plugin is code that runs with the user's rights. Only its path, given by the user, makes it run: no record, no
preset and no file of options can.
"""

import hashlib
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from scumble.errors import NameTaken, PluginFailed, ScumbleError, UsageError, require_kind
from scumble.paths import as_path
from scumble.registry import known, restore
from scumble.shortage import is_memory_full

FLAG = "--plugin"


@dataclass(frozen=True)
class Plugin:
    """A file that registered something: its name and the SHA-256 of what was run."""

    name: str
    sha256: str


_loaded: dict[str, Plugin] = {}  # by name of the module


def load_plugin(path: str | os.PathLike[str]) -> ModuleType:
    """Run a plugin, once in each process, and return its module.

    Args:
        path: a file that ends in .py.

    Raises:
        UsageError: there is no such file, it is not Python, raises while it is imported, or registers nothing.
        NameTaken: it registers a name that is in use; nothing of it is kept.
        ScumbleError: what it raises itself of our own kinds, unchanged.
    """
    require_kind("the plugin", path, (str, os.PathLike), "a path")
    file = as_path(path).resolve()
    for module in list(sys.modules.values()):
        if getattr(module, "__dict__", {}).get("__file__") == str(file):
            return module
    if not file.is_file():
        raise UsageError(
            f"there is no plugin {str(path)!r}", f"{FLAG} takes a Python file, such as my_loss.py"
        )
    if file.suffix != ".py":
        raise UsageError(f"the plugin {str(path)!r} is no Python file", "its name must end in .py")
    return _import(file, _free_name(file), str(path))


def _free_name(file: Path) -> str:
    name = f"plugin_{file.stem}"
    while name in sys.modules:
        name += "_"
    return name


def _import(file: Path, name: str, told: str) -> ModuleType:
    """Return the module of a file; where anything is wrong with it, leave nothing of it behind."""
    spec = spec_from_file_location(name, file)
    assert spec is not None  # it ends in .py
    module = sys.modules[name] = module_from_spec(spec)
    before = known()
    try:
        source = file.read_bytes()
        exec(compile(source, file, "exec"), vars(module))  # of the bytes whose digest the record will tell
        if known() == before:
            raise UsageError(
                f"the plugin {told!r} registers nothing",
                'a class under @losses("name"), or another table\'s decorator, is what makes it known',
            )
    except BaseException as error:
        del sys.modules[name]
        restore(before)
        if isinstance(error, NameTaken):
            raise NameTaken(f"the plugin {told!r}: {error.message}", "give it another name") from error
        if isinstance(error, ScumbleError | KeyboardInterrupt):
            raise
        raise UsageError(f"the plugin {told!r} cannot be imported: {_what(error, file)}") from error
    _loaded[name] = Plugin(file.name, hashlib.sha256(source).hexdigest())
    return module


def _what(error: BaseException, file: Path) -> str:
    """Return what was raised, and in which line of the file."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file)]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return (f"line {line}: " if line else "") + f"{type(error).__name__}: {said}"


def homes() -> set[str]:
    """Return the modules that registered something and are none of ours: plugins, and what somebody imported."""
    named = {home for homes in known().values() for home in homes.values()}
    return {home for home in named if not home.startswith("scumble.")} | _loaded.keys()


def plugin_files() -> list[Path]:
    """Return the files that `load_plugin` ran."""
    return [Path(str(sys.modules[name].__file__)) for name in _loaded]


def plugin_of(home: str) -> str | None:
    """Return what the plugin of a module is called, or None where a module is none."""
    if home not in homes():
        return None
    file = getattr(sys.modules.get(home), "__file__", None)  # a notebook has none
    return _loaded[home].name if home in _loaded else Path(file).name if file else home


def blamed(error: BaseException) -> str | None:
    """Return which plugin an error came up in, in which line, and what it was; None where none had a part in it."""
    for home, file in _ran(error):
        if (name := plugin_of(home)) is not None:
            return f"the plugin {name!r} failed: {_what(error, Path(file))}"
    stopped = isinstance(error.__cause__, StopIteration)  # what Python makes of it in a generator
    return blamed(error.__cause__) if stopped and error.__cause__ else None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory was not enough; a plugin whose own line raises `MemoryError` is no sign of that."""
    own = isinstance(error, MemoryError) and any(plugin_of(home) for home, _ in _ran(error)[:1])
    return is_memory_full(error) and not own


def _ran(error: BaseException) -> list[tuple[str, str]]:
    """Return module and file of the functions that an error came through, the innermost first."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return [(str(frame.f_globals.get("__name__")), frame.f_code.co_filename) for frame in reversed(frames)]


@contextmanager
def blaming() -> Iterator[None]:
    """Raise `PluginFailed` for whatever a plugin lets through, `SystemExit` and the like, too.

    Ctrl-C, our own errors and a memory that is full are raised as they are.
    """
    try:
        yield
    except (ScumbleError, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = blamed(error)
        if said is None or is_out_of_memory(error):
            raise
        raise PluginFailed(said, "--debug shows where") from error


def loaded_plugins() -> tuple[Plugin, ...]:
    """Return the plugins of this process: what `load_plugin` ran, and other modules that registered something."""
    files = {
        home: Path(getattr(sys.modules.get(home), "__file__", None) or "")
        for home in homes() - _loaded.keys()
    }
    others = [
        Plugin(file.name, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in files.values()
        if file.is_file()  # a notebook has none
    ]
    return tuple(sorted([*_loaded.values(), *others], key=lambda plugin: plugin.name))


def take_plugins(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Part a command line into its plugins and the rest.

    Raises:
        UsageError: the flag comes last, without a file.

    Example:
        >>> take_plugins(["stylize", "--plugin", "a.py", "photo.jpg", "--plugin=b.py"])
        (['a.py', 'b.py'], ['stylize', 'photo.jpg'])
    """
    plugins, rest = [], []
    left = iter(arguments)
    for argument in left:
        flag, equals, path = argument.partition("=")
        if flag != FLAG:
            rest.append(argument)
            continue
        path = path if equals else next(left, "")
        if not path:
            raise UsageError(f"{FLAG} names no file", f"{FLAG} takes a Python file, such as my_loss.py")
        plugins.append(path)
    return plugins, rest
