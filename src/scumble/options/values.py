"""How options are written: layers with weights, lists of numbers, and the groups that help shows them in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Group, Parameter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def parse_layers(value: object) -> object:
    """Turn `relu1_1=0.2,relu2_1=0.8`, or names alone for equal weights that sum to 1, into a mapping.

    Example:
        >>> parse_layers("relu1_1,relu2_1")
        {'relu1_1': 0.5, 'relu2_1': 0.5}
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        return value
    parts = [str(part).partition("=") for part in value]
    if len({layer.strip() for layer, _, _ in parts}) < len(parts):
        raise ValueError("names a layer twice")
    if len({equals for _, equals, _ in parts}) > 1:
        raise ValueError("gives some layers a weight and others none")
    return {layer.strip(): number if equals else 1 / len(parts) for layer, equals, number in parts}


def parse_numbers(value: object) -> object:
    """Turn `80,60,40`, a single number, or several of either into a flat sequence; leave the rest to pydantic."""
    values = [value] if isinstance(value, str | int | float) else value
    if not isinstance(values, Sequence):
        return value
    texts = [one.split(",") if isinstance(one, str) else [one] for one in values]
    return [part for parts in texts for part in parts]


def as_text(value: object) -> object:
    """Let a number stand where its text is meant: `size=400`."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def shown(value: object) -> str:
    """Return a list or mapping as it is written behind its flag.

    Example:
        >>> shown((80, 60)), shown({"relu1_1": 0.5, "relu2_1": 0.5})
        ('80,60', 'relu1_1=0.5,relu2_1=0.5')
    """
    if isinstance(value, Mapping):
        return ",".join(f"{name}={number:g}" for name, number in value.items())
    return ",".join(map(str, value)) if isinstance(value, Sequence) and value else "none"


def listed(parse: Any, metavar: str) -> Parameter:
    """One flag with a comma-separated value."""
    return Parameter(
        accepts_keys=False, negative="", n_tokens=1, converter=lambda _, tokens: parse(tokens[0].value),
        show_default=shown, metavar=metavar,
    )  # fmt: skip


class Part(BaseModel):
    """A part of the options: those of one group, frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


LOOK = Parameter(group=Group("Look", sort_key=1))
STYLES = Parameter(group=Group("Styles and masks", sort_key=2))
COLOR = Parameter(group=Group("Color", sort_key=3))
LOSSES = Parameter(group=Group("Losses", sort_key=4))
SEARCH = Parameter(group=Group("Optimization", sort_key=5))
MACHINE = Parameter(group=Group("Machine", sort_key=6))

Weight = Annotated[float, Field(ge=0, le=1e30, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Layers = Annotated[dict[str, Weight], BeforeValidator(parse_layers), listed(parse_layers, "LAYERS")]
Shares = Annotated[tuple[Weight, ...], BeforeValidator(parse_numbers), listed(parse_numbers, "SHARES")]
Counts = Annotated[tuple[Count, ...], BeforeValidator(parse_numbers), listed(parse_numbers, "COUNTS")]
