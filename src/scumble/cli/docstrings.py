"""Help is written in docstrings: read from the source again where `python -OO` takes them away, and filled in."""

import ast
import sys
from pathlib import Path

from cyclopts import App, Parameter
from cyclopts.argument import ArgumentCollection


class Documented(App):
    """Commands in whose docstrings `{pictures}` and `{films}` are the suffixes that can be written, plugins' too."""

    def assemble_argument_collection(
        self, *, default_parameter: Parameter | None = None, parse_docstring: bool = False
    ) -> ArgumentCollection:
        """Return the arguments of a command, with their help if it is to be told."""
        found = super().assemble_argument_collection(
            default_parameter=default_parameter, parse_docstring=parse_docstring
        )
        for argument in found if parse_docstring else ():
            if "{" in (told := argument.parameter.help or ""):
                argument.parameter = Parameter.combine(argument.parameter, Parameter(help=filled(told)))
        return found


def filled(told: str) -> str:
    """Return help with the suffixes that there are."""
    from scumble.outputs.base import outputs  # Pillow takes a while, and commands do without
    from scumble.outputs.files import film_suffixes, one_of

    pictures = one_of([outputs[name].suffixes[0] for name in outputs])
    return told.replace("{pictures}", pictures).replace("{films}", one_of(film_suffixes()))


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
