"""An option and the values that it takes, as `strength=20,50,80` describes them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from cyclopts import Parameter

from scumble.errors import BadOption, UnknownName
from scumble.options import Options
from scumble.registry import check

STYLE = "style"
"""The axis of which each style picture is a value."""


@dataclass(frozen=True)
class Axis:
    """An option and the values that it takes.

    Args:
        name: as its flag has it, such as `strength`, `style-weights` or `weight.gram`; or `style`.
        values: as written behind the flag; of `style`, the pictures.
    """

    name: str
    values: tuple[Any, ...]

    @property
    def told(self) -> list[str]:
        """The values in words: of pictures, the names of their files."""
        if self.name != STYLE:
            return list(map(str, self.values))
        paths = [value if isinstance(value, str | os.PathLike) else "" for value in self.values]
        return [Path(path).stem or f"style {number}" for number, path in enumerate(paths, 1)]

    @property
    def labels(self) -> list[str]:
        """What stands beside the cells of each value."""
        return [label(self.name, value) for value in self.told]

    def change(self, value: Any) -> dict[str, Any]:
        """Return the option that a value stands for, as `Options.replace` takes it."""
        option, _, loss = self.name.partition(".")
        if self.name == STYLE:
            return {}
        return {"weight": {loss: value}} if loss else {option.replace("-", "_"): value}


def label(name: str, value: str) -> str:
    """Return what is said of a value on an axis: of a picture its name alone.

    Example:
        >>> label("strength", "20"), label("style", "woodcut")
        ('strength 20', 'woodcut')
    """
    return value if name == STYLE else f"{name} {value}"


def parse_axis(text: str, styles: Sequence[Any] = ()) -> Axis:
    """Return the axis that `option=value,value` describes, or `style` alone, each style picture a value.

    Where values hold commas themselves, as layers and steps do, semicolons stand between them, and where they hold
    semicolons, vertical bars.

    Args:
        text: the option by its flag's name, with hyphens or underscores.
        styles: the values of `style`.

    Raises:
        UnknownName: no such option or loss.
        BadOption: fewer than two values, or one twice.

    Example:
        >>> parse_axis("style_weights=1,0;0.5,0.5").values
        ('1,0', '0.5,0.5')
        >>> parse_axis("style-scale=0.5,1,2").values
        ('0.5', '1', '2')
        >>> parse_axis("weight.gram=0,2").change("2")
        {'weight': {'gram': '2'}}
    """
    name, equals, rest = text.partition("=")
    name, lists = option_of(name.strip())
    if name == STYLE:
        if equals:
            raise BadOption(
                f"the axis is {text!r}; style takes no values", "give several STYLE pictures, and: style"
            )
        return _checked(Axis(STYLE, tuple(styles)), "give several STYLE pictures")
    separator = "|" if "|" in rest else ";" if lists or ";" in rest else ","
    hint = f"write {name}=A{separator}B"
    return _checked(Axis(name, tuple(part.strip() for part in rest.split(separator) if part.strip())), hint)


def option_of(name: str) -> tuple[str, bool]:
    """Return an option's name as its flag has it, and whether its values are lists.

    Raises:
        UnknownName: there is no such option, or no such loss.

    Example:
        >>> option_of("init"), option_of("style_layers"), option_of("weight.gram")
        (('start', False), ('style-layers', True), ('weight.gram', False))
    """
    known: dict[str, str] = {}
    for option, about in Options.model_fields.items():
        aliases = [alias for one in about.metadata if isinstance(one, Parameter) for alias in one.alias or ()]
        known |= dict.fromkeys([option, *(alias.lstrip("-").replace("-", "_") for alias in aliases)], option)
    del known["weight"], known["every"]  # the one is set loss by loss, the other is for snapshots
    option, dot, loss = name.partition(".")
    option = option.replace("-", "_")
    if option == "weight" and dot:
        return f"weight.{check('loss', 'losses', loss)}", False
    if option == STYLE:
        return STYLE, False
    if option not in known or dot:
        names = [STYLE, *(one.replace("_", "-") for one in known), "weight.LOSS"]
        raise UnknownName("axis", name, names, "an axis is an option of stylize, as in strength=20,50,80")
    annotation = Options.model_fields[known[option]].annotation
    kinds = (annotation, *get_args(annotation))  # of a union, each of its kinds
    default = Options.model_fields[known[option]].default
    one = (
        isinstance(default, tuple) and len(default) == 1
    )  # as style_scale: a list only where there are several styles
    lists = any(get_origin(kind) in (dict, tuple) for kind in kinds) and not one
    return known[option].replace("_", "-"), lists


def _checked(axis: Axis, hint: str) -> Axis:
    if len(axis.values) < 2:
        raise BadOption(f"the axis {axis.name!r} has {len(axis.values)} of the 2 values that it needs", hint)
    twice = [value for value in axis.values if axis.values.count(value) > 1]
    if twice:
        raise BadOption(f"the axis {axis.name!r} has the value {str(twice[0])[:60]!r} twice", hint)
    return axis
