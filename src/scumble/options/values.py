"""How options are written: layers with weights, lists of numbers, and the groups that help shows them in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from cyclopts import Group, Parameter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from scumble.options.frozen import Frozen
from scumble.options.paper import PAPERS

T = TypeVar("T")

MAX_PARTS = 64
"""Of a list or a mapping: more than anybody has styles, scales or layers."""


def few(value: T) -> T:
    """Return a list or mapping, and anything else, as it is, unless it has too many parts at any depth.

    Of what has a million parts pydantic would say a million things.

    Raises:
        ValueError: it has.
    """
    left: list[object] = [value]
    while left:
        one = left.pop()
        if isinstance(one, Mapping | list | tuple):
            if len(one) > MAX_PARTS:
                raise ValueError(f"it should have at most {MAX_PARTS} parts, not {len(one)}")
            left.extend(one.values() if isinstance(one, Mapping) else one)
    return value


def parse_layers(value: object) -> object:
    """Turn `relu1_1=0.2,relu2_1=0.8`, or names alone for equal weights that sum to 1, into a mapping.

    Example:
        >>> parse_layers("relu1_1,relu2_1")
        {'relu1_1': 0.5, 'relu2_1': 0.5}
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        return value
    if not all(isinstance(part, str) for part in few(value)):
        raise ValueError("it should name layers")
    parts = [part.partition("=") for part in value]
    if len({layer.strip() for layer, _, _ in parts}) < len(parts):
        raise ValueError("it names a layer twice")
    if len({equals for _, equals, _ in parts}) > 1:
        raise ValueError("it gives some layers a weight and others none")
    return {layer.strip(): number if equals else 1 / len(parts) for layer, equals, number in parts}


def parse_layers_of_styles(value: object) -> object:
    """Turn `relu1_1,relu2_1;relu4_1`, the layers of one style after the other, into a tuple; one for all stays one.

    Example:
        >>> parse_layers_of_styles("relu1_1;relu4_1=2")
        ({'relu1_1': 1.0}, {'relu4_1': '2'})
    """
    if isinstance(value, list | tuple) and any(isinstance(part, Mapping) for part in few(value)):
        return tuple(map(parse_layers, value))
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        value = ",".join(value)
    if isinstance(value, str) and ";" in value:
        return tuple(map(parse_layers, few(value.split(";"))))
    return parse_layers(value)


def parse_files(value: object) -> object:
    """Turn one path into a sequence of one; paths may hold commas."""
    return [value] if isinstance(value, str) else value


def parse_boxes(value: object) -> object:
    """Turn `0,0,0.5,1;0.5,0,1,1`, or several such texts, into boxes of four numbers each.

    Example:
        >>> parse_boxes("0,0,0.5,1")
        [['0', '0', '0.5', '1']]
    """
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not texts:
        return texts
    if all(isinstance(one, str) and "," in one for one in texts):
        return [part.split(",") for one in texts for part in one.split(";") if part.strip()]
    return texts if isinstance(texts[0], list | tuple) else [texts]


def parse_numbers(value: object) -> object:
    """Turn `80,60,40`, a single number, or several of either into a flat sequence; leave the rest to pydantic."""
    values = [value] if isinstance(value, str | int | float) else value
    if not isinstance(values, list | tuple):
        return value
    texts = [one.split(",") if isinstance(one, str) else [one] for one in values]
    return [part.strip() if isinstance(part, str) else part for parts in texts for part in parts]


def as_text(value: object) -> object:
    """Let a number stand where its text is meant: `size=400`."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_size(value: object) -> object:
    """Let a number stand for a long edge, and two for width and height; papers and units have their usual letters.

    Example:
        >>> as_size(400), as_size((400, 300)), as_size("400x300"), as_size("a4"), as_size("30 CM")
        ('400', '400x300', '400x300', 'A4', '30cm')
    """
    if isinstance(value, tuple | list) and len(value) == 2 and all(isinstance(x, int | str) for x in value):
        return "x".join(map(str, value))
    if not isinstance(value, str):
        return as_text(value)
    plain = value.replace(" ", "").lower()
    return plain.upper() if plain.upper() in PAPERS else plain


def shown(value: object) -> str:
    """Return a list or mapping as it is written behind its flag.

    Example:
        >>> shown((80, 60)), shown({"relu1_1": 0.5, "relu2_1": 0.5}), shown(((0, 0, 0.5, 1), (0, 0, 1, 1)))
        ('80,60', 'relu1_1=0.5,relu2_1=0.5', '0,0,0.5,1;0,0,1,1')
    """
    if isinstance(value, Mapping):
        return ",".join(f"{name}={number:g}" for name, number in value.items())
    if not isinstance(value, Sequence) or not value:
        return "none"
    nested = any(isinstance(part, Mapping | tuple | list) for part in value)
    return ";".join(map(shown, value)) if nested else ",".join(map(str, value))


def listed(metavar: str, *, repeatable: bool | None = None) -> Parameter:
    """One flag with a value of several parts; those of a tuple may also come in several flags."""
    return Parameter(
        accepts_keys=False,
        negative="",
        n_tokens=1,
        show_default=shown,
        metavar=metavar,
        allow_repeating=repeatable,
    )


class Part(BaseModel):
    """A part of the options: those of one group, frozen."""

    # deferred: none of them is used alone
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


LOOK = Parameter(group=Group("Look", sort_key=1))
STYLES = Parameter(group=Group("Styles and masks", sort_key=2))
COLOR = Parameter(group=Group("Color", sort_key=3))
LOSSES = Parameter(group=Group("Losses", sort_key=4))
SEARCH = Parameter(group=Group("Optimization", sort_key=5))
MACHINE = Parameter(group=Group("Machine", sort_key=6))

Weight = Annotated[float, Field(ge=0, le=1e30, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Few = BeforeValidator(few)  # of several, the last one comes first: a value is parsed before it is counted
Weights = Annotated[dict[str, Weight], AfterValidator(Frozen)]
Layers = Annotated[Weights, Few, BeforeValidator(parse_layers), listed("LAYERS")]
LayersOfStyles = Annotated[
    Weights | tuple[Weights, ...],
    Few,
    BeforeValidator(parse_layers_of_styles),
    listed("LAYERS", repeatable=False),
]
Shares = Annotated[tuple[Weight, ...], Few, BeforeValidator(parse_numbers), listed("SHARES")]
Counts = Annotated[tuple[Count, ...], Few, BeforeValidator(parse_numbers), listed("COUNTS")]
Files = Annotated[tuple[str, ...], Few, BeforeValidator(parse_files), listed("FILES")]
Part01 = Annotated[float, Field(ge=0, le=1)]
Boxes = Annotated[
    tuple[tuple[Part01, Part01, Part01, Part01], ...],
    Few,
    BeforeValidator(parse_boxes),
    listed("BOXES"),
]
Factor = Annotated[float, Field(ge=0.05, le=20)]
Factors = Annotated[tuple[Factor, ...], Few, BeforeValidator(parse_numbers), listed("FACTORS")]
