"""A user's own Python files: backbones, losses and optimizers that settings may then name."""

import hashlib
import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from scumble.errors import UsageError


def load_plugin(path: Path) -> ModuleType:
    """Import a file by its path, once in each process.

    Raises:
        UsageError: there is no such file.
    """
    path = path.resolve()
    for module in list(sys.modules.values()):
        if vars(module).get("__file__") == str(path):
            return module
    if not path.is_file():
        raise UsageError(f"there is no file {str(path)!r}", "--plugin takes a Python file")
    name = f"plugin_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{str(path)!r} is no Python file", "its name must end in .py")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]  # half of it
        raise
    return module


def plugins_digest(paths: Sequence[Path]) -> str:
    """Return what changes when the text of a plugin does; empty without any."""
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()[:16] if digests else ""
