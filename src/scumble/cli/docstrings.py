"""Help is written in docstrings, which `python -OO` takes away: they are read from the source again."""

import ast
import sys
from pathlib import Path


def restore_docstrings() -> None:
    """Give the docstrings back to what the modules of commands define, where Python was told to leave them out."""
    if sys.flags.optimize < 2:
        return
    for name, module in list(sys.modules.items()):
        if name.startswith("scumble.cli.") and module.__file__:
            restore(vars(module), Path(module.__file__))


def restore(names: dict[str, object], source: Path) -> None:
    """Give functions and classes the docstrings that their source has, as far as it is there."""
    try:
        tree = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            names[node.name].__doc__ = ast.get_docstring(node)
