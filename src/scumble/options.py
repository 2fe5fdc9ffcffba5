"""Every option once: name, default, meaning, unit and range.

Flags, presets, configuration files, environment variables and the record in a picture come from this table.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from scumble.errors import BadOption, UnknownName
from scumble.presets import load_preset
from scumble.registry import check, names


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


MAX_SIDE = 16384
PATTERNS = {"size": "it should be as 512 or 400x300", "regions": "it should be auto, off, or 1 to 8"}
LAYER = re.compile(r"(conv|relu|pool)[1-5](_[1-4])?")

LOOK = Parameter(group=Group("Look", sort_key=1))
LOSSES = Parameter(group=Group("Losses", sort_key=2))
SEARCH = Parameter(group=Group("Optimization", sort_key=3))
MACHINE = Parameter(group=Group("Machine", sort_key=4))

Weight = Annotated[float, Field(ge=0, le=1e30, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Layers = Annotated[dict[str, Weight], BeforeValidator(parse_layers), listed(parse_layers, "LAYERS")]
Shares = Annotated[tuple[Weight, ...], BeforeValidator(parse_numbers), listed(parse_numbers, "SHARES")]
Counts = Annotated[tuple[Count, ...], BeforeValidator(parse_numbers), listed(parse_numbers, "COUNTS")]


class Options(BaseModel):
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

    model_config = ConfigDict(frozen=True, extra="forbid")

    _given: dict[str, Any] = PrivateAttr(default_factory=dict)

    preset: Annotated[str, LOOK] = Field(
        "default", description="Named set of options to start from; see `scumble presets`."
    )
    size: Annotated[str, BeforeValidator(as_text), LOOK] = Field(
        "512",
        pattern=r"^[1-9]\d{0,4}(x[1-9]\d{0,4})?$",
        description="Long edge of the result in pixels, 1 to 16384; or WIDTHxHEIGHT, which stretches "
        "content and style to just that.",
    )
    strength: Annotated[float, LOOK] = Field(
        50.0,
        ge=0,
        le=100,
        description="How much style, 0 to 100: 0 returns the content, 50 weighs as the preset says, "
        "100 is pure texture.",
    )
    style_weights: Annotated[Shares, LOOK] = Field(
        (), description="Share of each style when there are several, such as 0.7,0.3; equal if not given."
    )
    regions: Annotated[str, BeforeValidator(as_text), LOOK] = Field(
        "auto",
        pattern=r"^(auto|off|[1-8])$",
        description="Pair the regions of content and styles, so that sky is painted like sky: auto, off, or how many "
        "at most, 1 to 8.",
    )
    recolor: Annotated[float, LOOK] = Field(
        1.0,
        ge=0,
        le=1,
        description="How far the content is given the styles' colors before it is painted, 0 to 1; below strength 16 "
        "less.",
    )
    start: Annotated[str, LOOK, Parameter(alias="--init")] = Field(
        "content",
        min_length=1,
        description="What the picture is before the first step: content, style, noise, noisy-content, "
        "or the path of a picture.",
    )
    noise_ratio: Annotated[float, LOOK] = Field(
        0.5, ge=0, le=1, description="noisy-content: share of mean color in place of the content, 0 to 1."
    )
    noise_amplitude: Annotated[float, LOOK] = Field(
        0.25, ge=0, le=1, description="noisy-content: uniform noise of plus or minus this, 0 to 1."
    )
    seed: Annotated[int, LOOK] = Field(0, ge=0, le=2**63 - 1, description="Of the noise.")

    backbone: Annotated[str, LOSSES] = Field(
        "compact", description=f"The network that sees: {', '.join(names('backbones'))}."
    )
    pooling: Annotated[Literal["own", "max", "average"], LOSSES] = Field(
        "own", description="How the network halves its maps; own is max for VGG, average for compact."
    )
    input: Annotated[Literal["normalized", "0-255", "raw"], LOSSES] = Field(
        "normalized",
        description="What the network reads: pixels as its weights expect them; the same in the units of "
        "0-255 networks; or raw, [0, 1] as it is.",
    )
    weight: Annotated[dict[str, Weight], LOSSES, Parameter(show_default=shown)] = Field(
        {"content": 0.2, "covariance": 1.0, "roughness": 5.0, "range": 200.0},
        description="Weight of a loss, such as --weight.gram 2; 0 leaves it out. "
        f"Losses: {', '.join(names('losses'))}.",
    )
    content_layers: Annotated[Layers, LOSSES] = Field(
        {"relu3_2": 1.0},
        min_length=1,
        description="Layers of content losses, relu4_2, or with weights, relu3_2=0.5,relu4_2=0.5.",
    )
    style_layers: Annotated[Layers, LOSSES] = Field(
        {"relu1_1": 0.52, "relu2_1": 0.26, "relu3_1": 0.13, "relu4_1": 0.06, "relu5_1": 0.03},
        min_length=1,
        description="Layers of style losses, relu1_1,relu2_1, or with weights, relu1_1=0.5,relu2_1=0.5.",
    )

    optimizer: Annotated[str, SEARCH] = Field(
        "lbfgs", description=f"One of {', '.join(names('optimizers'))}."
    )
    steps: Annotated[Counts, SEARCH] = Field(
        (60, 40, 25, 15),
        min_length=1,
        description="Updates at each scale, coarse to fine; the last number serves all further scales.",
    )
    plateau: Annotated[float, SEARCH] = Field(
        1e-4,
        ge=0,
        le=1,
        description="A scale ends early when 20 steps lower the total by less than this share; 0: never.",
    )
    coarsest: Annotated[int, SEARCH] = Field(
        128,
        ge=0,
        le=16384,
        description="Long edge of the coarsest scale in pixels, about; sizes double from there. "
        "0 paints at full size alone.",
    )
    rate: Annotated[float | None, SEARCH] = Field(
        None,
        gt=0,
        le=1e6,
        description="Step length, where pixels are 0 to 1; the optimizer's own if not given.",
    )
    history: Annotated[int, SEARCH] = Field(
        10, ge=1, le=100, description="lbfgs: updates it remembers, 1 to 100, two pictures of memory each."
    )
    evaluations: Annotated[int, SEARCH] = Field(
        0,
        ge=0,
        le=1000,
        description="lbfgs: a step goes on updating until it has used so many evaluations, no more; 0: one update.",
    )
    clip: Annotated[bool, SEARCH] = Field(
        False, description="Clip pixels to [0, 1] after each step, not only at the end."
    )
    every: Annotated[int, SEARCH] = Field(
        0, ge=0, le=1_000_000, description="A snapshot each so many steps; 0: one at the end of each scale."
    )

    device: Annotated[Literal["auto", "cpu", "cuda", "mps", "xpu"], MACHINE] = Field(
        "auto", description="Where to compute; auto takes the first there is of cuda, xpu, mps, cpu."
    )
    precision: Annotated[Literal["auto", "float32", "bfloat16"], MACHINE] = Field(
        "auto",
        description="What the network computes in; auto takes bfloat16 where the device has units for it: a GPU, "
        "or a processor with AMX or AVX512-BF16. Image, losses and optimizer stay in float32.",
    )
    max_memory: Annotated[float | None, MACHINE] = Field(
        None,
        gt=0,
        le=1e6,
        description="GB that a run may take, about; larger pictures are painted in tiles. What is free if not given.",
    )
    threads: Annotated[int, MACHINE] = Field(
        0, ge=0, le=1024, description="Processor threads; 0: one for each core, or what OMP_NUM_THREADS says."
    )

    def __init__(self, /, **values: Any) -> None:
        for name in values:
            if name not in type(self).model_fields:
                raise UnknownName("option", name, type(self).model_fields)
        try:
            super().__init__(**with_preset(values))
        except ValidationError as error:
            raise bad_option(error) from None
        self._given = values

    def model_post_init(self, _: object) -> None:
        check("backbone", "backbones", self.backbone)
        check("optimizer", "optimizers", self.optimizer)
        for name in self.weight:
            check("loss", "losses", name)
        for layer in (*self.content_layers, *self.style_layers):
            if not LAYER.fullmatch(layer):
                raise BadOption(f"{layer!r} is no layer; layers are called conv1_1, relu4_2, pool3, ...")
        if max(map(int, self.size.split("x"))) > MAX_SIDE:
            raise BadOption(f"size is {self.size!r}; a side may have at most {MAX_SIDE} pixels")

    @property
    def given(self) -> dict[str, Any]:
        """What was asked for by name; the rest comes from the preset or is a default."""
        return dict(self._given)

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
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    given = repr(first["input"])
    shown = given if len(given) <= 60 else given[:57] + "..."
    field = Options.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    meaning = f"{where}: {field.description}" if field else ""
    wrong = PATTERNS[where] if "pattern" in first["type"] else first["msg"]
    return BadOption(f"{where} is {shown}; {wrong[0].lower()}{wrong[1:]}", meaning)
