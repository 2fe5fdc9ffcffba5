"""The options as a function takes them by name, with what each may be given as: for editors and type checkers."""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

Numbers = float | str | Sequence[float] | Sequence[str]
Layers = str | Sequence[str] | Mapping[str, float]


class Overrides(TypedDict, total=False):
    """Single options by name; `Options` has their meaning, ranges and defaults, and checks them."""

    preset: str
    size: int | str | tuple[int, int]
    dpi: int | None
    strength: float
    regions: int | str
    detail: float
    figures: float
    bleed: float
    start: str
    previous: str | None
    previous_mask: str | None
    noise_ratio: float
    noise_amplitude: float
    seed: int
    style_weights: Numbers
    style_scale: Numbers
    style_crop: str | Sequence[str] | Sequence[float] | Sequence[Sequence[float]]
    style_turns: str | Sequence[str]
    content_mask: str | Sequence[str]
    style_mask: str | Sequence[str]
    feather: float
    color: Literal["style", "content", "match", "luma", "only"]
    color_amount: float
    recolor: float
    backbone: str
    pooling: Literal["own", "max", "average"]
    input: Literal["normalized", "0-255", "raw"]
    weight: Mapping[str, float]
    content_layers: Layers
    style_layers: Layers | Sequence[Mapping[str, float]]
    way: str
    optimizer: str
    steps: int | str | Sequence[int] | Sequence[str]
    plateau: float
    coarsest: int
    rate: float | None
    history: int
    evaluations: int
    clip: bool
    every: int
    device: Literal["auto", "cpu", "cuda", "mps", "xpu"]
    precision: Literal["auto", "float32", "bfloat16"]
    max_memory: float | None
    threads: int
