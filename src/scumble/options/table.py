"""All options, checked together; presets below them, errors in one line."""

import re
from collections.abc import Mapping
from reprlib import Repr
from typing import Any

from pydantic import PrivateAttr, ValidationError

from scumble.errors import BadOption, UnknownName, UsageError
from scumble.options.color import Color
from scumble.options.familiar import here
from scumble.options.frozen import Frozen, frozen
from scumble.options.look import Look
from scumble.options.losses import Losses
from scumble.options.machine import Machine
from scumble.options.paper import DPI, is_print, size_flaw
from scumble.options.search import Search
from scumble.options.styles import Styles
from scumble.presets import load_preset
from scumble.registry import check, is_ours, names

MAX_SIDE = 16384
PATTERNS = {
    "size": f"it should be as 512, 400x300, 30cm, 30x20cm, 12in, A4 or letter, a side 1 to {MAX_SIDE} pixels",
    "regions": "it should be auto, off, or 1 to 8",
}
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 1000  # what follows is cut
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = 30
LAYER = re.compile(r"(conv|relu|pool)[1-5](_[1-4])?")  # of ours; a plugin has names of its own


class Options(Machine, Search, Losses, Color, Styles, Look):
    """What determines a picture, given its content and styles; frozen throughout.

    Raises:
        BadOption: a value outside its range or choices.
        UsageError: a value without a name.
        UnknownName: an option, preset, backbone, loss, optimizer or way that does not exist.

    Example:
        >>> Options(size=400, strength=60).strength
        60.0
        >>> Options(strenght=60)
        Traceback (most recent call last):
        scumble.errors.UnknownName: unknown option 'strenght'; did you mean 'strength'? ...
    """

    _given: Frozen = PrivateAttr(default_factory=Frozen)

    def __init__(self, /, *nameless: Any, **values: Any) -> None:
        if nameless:
            given = shortly(nameless[0])
            raise UsageError(
                f"options go by name; {given} has none", "Options(size=400), or Options(**options)"
            )
        for name in values:
            if name not in type(self).model_fields:
                hint = here(name)
                raise UnknownName("option", name, type(self).model_fields, hint, guess=not hint)
        try:
            super().__init__(**with_preset(values))
        except ValidationError as error:
            raise bad_option(error) from None
        self._given = as_given(values, self)

    def model_post_init(self, _: object) -> None:
        check("backbone", "backbones", self.backbone)
        check("optimizer", "optimizers", self.optimizer)
        check("way to paint", "ways", self.way)
        if self.way == "recolor" and self.color not in ("style", "only"):
            kept = f"color is {self.color!r}, but the way 'recolor' gives the style's colors alone"
            raise BadOption(kept, "leave one of them out")
        for name in self.weight:
            if name not in (known := names("losses")) and (hint := here(f"weight.{name}")):
                raise UnknownName("loss", name, known, hint, guess=False)
            check("loss", "losses", name)
        if self.previous_mask and not self.previous:
            raise BadOption(
                f"previous_mask is {self.previous_mask!r}, and there is no previous picture",
                "give --previous",
            )
        if self.previous and self.color in ("content", "luma"):
            kept = f"color is {self.color!r}, given back to what is painted, but a previous picture has its colors"
            raise BadOption(kept, "with --previous, --color style or match will do")
        several = [self.style_layers] if isinstance(self.style_layers, dict) else self.style_layers
        for layer in (layer for layers in (self.content_layers, *several) for layer in layers):
            if is_ours("backbones", self.backbone) and not LAYER.fullmatch(layer):
                raise BadOption(f"{layer!r} is no layer; layers are called conv1_1, relu4_2, pool3, ...")
        message, hint = size_flaw(self.size, self.dpi or DPI, MAX_SIDE)
        if message:
            raise BadOption(message, hint)

    @property
    def given(self) -> dict[str, Any]:
        """What was asked for by name, as plain data; the rest comes from the preset or is a default."""
        return dict(self._given)

    @property
    def print_dpi(self) -> int | None:
        """Dots per inch that the picture is to say; None where neither they nor a print were asked for."""
        return self.dpi or (DPI if is_print(self.size) else None)

    @classmethod
    def model_construct(  # type: ignore[override]
        cls, _fields_set: set[str] | None = None, **values: Any
    ) -> "Options":
        """Return options that are checked as all are: a run relies on it."""
        return cls(**values)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> "Options":  # noqa: ARG002
        """Return a copy, with what is changed as `replace` does it: checked, and given."""
        return self.replace(**(update or {}))

    def __hash__(self) -> int:
        return hash(_frozen(self.model_dump()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Options) and self.model_dump() == other.model_dump()

    def replace(self, /, **values: Any) -> "Options":
        """Return a copy with some options changed, as if they had been given, too."""
        given, weight = self._given.get("weight"), values.get("weight")
        if given and isinstance(weight, Mapping):
            values["weight"] = {**given, **weight}
        return Options(**{**self._given, **values})


def _frozen(value: Any) -> Any:
    """Return a value of options as one that can be hashed; equal values stay equal."""
    if isinstance(value, Mapping):
        return frozenset((name, _frozen(one)) for name, one in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def as_given(values: Mapping[str, Any], taken: Options) -> Frozen:
    """Return what was given as plain data; of what is none, as an iterator or an array, what it was taken for."""
    given: dict[str, Any] = {}
    for name, value in values.items():
        try:
            given[name] = frozen(value)
        except TypeError:
            given[name] = getattr(taken, name)
            if isinstance(value, Mapping) and name == "weight":  # it holds those of the preset, too
                given[name] = Frozen({loss: weight for loss, weight in taken.weight.items() if loss in value})
    return Frozen(given)


def with_preset(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the preset that is named, and over them the values; weights are merged."""
    name = values.get("preset", "default")
    preset = load_preset(name if isinstance(name, str) else shortly(name)).options
    merged = {**preset, **values}
    weight = values.get("weight")
    if isinstance(weight, Mapping):
        default = Options.model_fields["weight"].default
        merged["weight"] = {**preset.get("weight", default), **weight}
    return merged


def shortly(value: object) -> str:
    """Return what was given in a line of at most 60 characters, however much it is.

    Example:
        >>> shortly("9" * 10), len(shortly([[]] * 1000))
        ("'9999999999'", 60)
    """
    try:
        text = " ".join(_SHORT.repr(value).split())
    except Exception:  # a number of more digits than Python writes, or an object of anybody's
        text = f"of type {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def bad_option(error: ValidationError) -> BadOption:
    """Say the first thing that is wrong in one line: the option, what was given, what is allowed."""
    errors = error.errors(include_url=False)
    of_one = [each for each in errors if each["loc"][:1] == errors[0]["loc"][:1]]
    first = max(of_one, key=lambda each: len(each["loc"]))  # of several allowed types, the one that fits best
    path = [part for part in first["loc"] if not str(part).startswith(("dict[", "tuple[", "function-"))]
    where = ".".join(part for part in path if isinstance(part, str))
    shown = shortly(first["input"])
    field = Options.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    meaning = f"{where}: {field.description}" if field else ""
    said = first["msg"].removeprefix("Value error, ")  # of ours
    wrong = PATTERNS[where] if "pattern" in first["type"] else said
    within = [f"number {part + 1} of" for part in reversed(path) if isinstance(part, int)]
    return BadOption(f"{' '.join([*within, where])} is {shown}; {wrong[0].lower()}{wrong[1:]}", meaning)
