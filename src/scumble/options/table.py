"""All options, checked together; presets below them, errors in one line."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import PrivateAttr, ValidationError

from scumble.errors import BadOption, UnknownName
from scumble.options.color import Color
from scumble.options.familiar import here
from scumble.options.look import Look
from scumble.options.losses import Losses
from scumble.options.machine import Machine
from scumble.options.paper import DPI, flaw, is_print
from scumble.options.search import Search
from scumble.options.styles import Styles
from scumble.presets import load_preset
from scumble.registry import check, is_ours, names

MAX_SIDE = 16384
PATTERNS = {
    "size": f"it should be as 512, 400x300, 30cm, 30x20cm, 12in, A4 or letter, a side 1 to {MAX_SIDE} pixels",
    "regions": "it should be auto, off, or 1 to 8",
}
LAYER = re.compile(
    r"(conv|relu|pool)[1-5](_[1-4])?"
)  # in our backbones; one of a plugin has names of its own


class Options(Machine, Search, Losses, Color, Styles, Look):
    """What determines a picture, given its content and styles; frozen.

    Raises:
        BadOption: a value outside its range or choices.
        UnknownName: an option, preset, backbone, loss or optimizer that does not exist.

    Example:
        >>> Options(size=400, strength=60).strength
        60.0
        >>> Options(strenght=60)
        Traceback (most recent call last):
        scumble.errors.UnknownName: unknown option 'strenght'; did you mean 'strength'? ...
    """

    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    def __init__(self, /, **values: Any) -> None:
        for name in values:
            if name not in type(self).model_fields:
                hint = here(name)
                raise UnknownName("option", name, type(self).model_fields, hint, guess=not hint)
        try:
            super().__init__(**with_preset(values))
        except ValidationError as error:
            raise bad_option(error) from None
        self._given = values

    def model_post_init(self, _: object) -> None:
        check("backbone", "backbones", self.backbone)
        check("optimizer", "optimizers", self.optimizer)
        for name in self.weight:
            if name not in (known := names("losses")) and (hint := here(f"weight.{name}")):
                raise UnknownName("loss", name, known, hint, guess=False)
            check("loss", "losses", name)
        several = [self.style_layers] if isinstance(self.style_layers, dict) else self.style_layers
        for layer in (layer for layers in (self.content_layers, *several) for layer in layers):
            if is_ours("backbones", self.backbone) and not LAYER.fullmatch(layer):
                raise BadOption(f"{layer!r} is no layer; layers are called conv1_1, relu4_2, pool3, ...")
        message, hint = flaw(self.size, self.dpi or DPI, MAX_SIDE)
        if message:
            raise BadOption(message, hint)

    @property
    def given(self) -> dict[str, Any]:
        """What was asked for by name; the rest comes from the preset or is a default."""
        return dict(self._given)

    @property
    def print_dpi(self) -> int | None:
        """Dots per inch that the picture is to say; None where neither they nor a print were asked for."""
        return self.dpi or (DPI if is_print(self.size) else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Options) and self.model_dump() == other.model_dump()

    def replace(self, /, **values: Any) -> "Options":
        """Return a copy with some options changed, as if they had been given, too."""
        given, weight = self._given.get("weight"), values.get("weight")
        if given and isinstance(weight, Mapping):
            values["weight"] = {**given, **weight}
        return Options(**{**self._given, **values})


def with_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the preset that is named, and over them the values; weights are merged."""
    preset = load_preset(str(values.get("preset", "default"))).options
    merged = {**preset, **values}
    weight = values.get("weight")
    if isinstance(weight, Mapping):
        default = Options.model_fields["weight"].default
        merged["weight"] = {**preset.get("weight", default), **weight}
    return merged


def bad_option(error: ValidationError) -> BadOption:
    """Say the first thing that is wrong in one line: the option, what was given, what is allowed."""
    errors = error.errors(include_url=False)
    of_one = [each for each in errors if each["loc"][:1] == errors[0]["loc"][:1]]
    first = max(of_one, key=lambda each: len(each["loc"]))  # of several allowed types, the one that fits best
    path = [part for part in first["loc"] if not str(part).startswith(("dict[", "tuple["))]
    where = ".".join(part for part in path if isinstance(part, str))
    given = " ".join(repr(first["input"]).split())
    shown = given if len(given) <= 60 else given[:57] + "..."
    field = Options.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    meaning = f"{where}: {field.description}" if field else ""
    wrong = PATTERNS[where] if "pattern" in first["type"] else first["msg"]
    within = [f"number {part + 1} of" for part in reversed(path) if isinstance(part, int)]
    return BadOption(f"{' '.join([*within, where])} is {shown}; {wrong[0].lower()}{wrong[1:]}", meaning)
