"""What a run is going to do, known before anything heavy is loaded."""

import math
from dataclasses import dataclass, replace

from scumble.errors import BadOption, UsageError, several
from scumble.image.files import Picture
from scumble.image.masks import Masks
from scumble.image.resize import fit
from scumble.options import Options
from scumble.plan.pyramid import SMALLEST_SIDE, Scale, canvas, pyramid
from scumble.registry import registry_of

START_KINDS = ("content", "style", "noise", "noisy-content")


@dataclass(frozen=True)
class Previous:
    """A picture that the result is to stay near; `trust` is white where it counts, which is everywhere without."""

    picture: Picture
    trust: Picture | None = None


@dataclass(frozen=True)
class Plan:
    """Options, pictures and scales of one run.

    `shares` are those of the styles, sum 1; `start` is a picture when the options name a file; `masks` say where what
    goes, if there are any; `way` names how it is painted; `previous` is what the loss
    of that name compares with.
    """

    options: Options
    content: Picture
    styles: tuple[Picture, ...]
    shares: tuple[float, ...]
    start: Picture | None
    scales: tuple[Scale, ...]
    masks: Masks | None = None
    way: str = "optimize"
    previous: Previous | None = None

    @property
    def width(self) -> int:
        """Of the result, in pixels."""
        return self.scales[-1].width

    @property
    def height(self) -> int:
        """Of the result, in pixels."""
        return self.scales[-1].height

    @property
    def steps(self) -> int:
        """Steps of all scales."""
        return sum(scale.steps for scale in self.scales)

    @property
    def notes(self) -> list[str]:
        """What was converted in which picture."""
        beside = (self.start, self.previous.picture if self.previous else None)
        pictures = (self.content, *self.styles, *filter(None, beside))
        return [f"{picture.name}: {note}" for picture in pictures for note in picture.notes]

    def style_sizes(self, scale: Scale) -> list[tuple[int, int]]:
        """Return the size of each style at a scale: its long edge is the image's, so that looks keep with sizes.

        With a size of WIDTHxHEIGHT it is just that; with a style scale so many times as large. A panorama is larger,
        up to its own size, where its shorter side would be below `SMALLEST_SIDE`.
        """
        factors = self.options.style_scale
        each = factors if len(factors) > 1 else factors * len(self.styles)
        if "x" in self.options.size:
            return [(times(scale.width, factor), times(scale.height, factor)) for factor in each]
        edge = max(scale.size)
        return [
            self.size_at(style, times(edge, factor)) for style, factor in zip(self.styles, each, strict=True)
        ]

    @staticmethod
    def size_at(picture: Picture, long_edge: int) -> tuple[int, int]:
        """Return the size of a picture with a long edge, larger for a panorama that would be too narrow."""
        long, short = max(picture.width, picture.height), min(picture.width, picture.height)
        enough = min(long, math.ceil(SMALLEST_SIDE * long / short))
        return fit(picture.width, picture.height, max(long_edge, enough))


def way_of(options: Options) -> str:
    """Return the way to paint: as asked, or `recolor` where nothing is painted: strength 0 is the content itself."""
    return "recolor" if options.strength == 0 or options.color == "only" else options.way


def times(side: int, factor: float) -> int:
    """Return a side so many times as long, at least `SMALLEST_SIDE` unless it was shorter."""
    return max(min(side, SMALLEST_SIDE), round(side * factor))


def with_steps(plan: Plan, most: int) -> Plan:
    """Return a plan with only its first steps."""
    scales: list[Scale] = []
    for scale in plan.scales:
        left = most - sum(each.steps for each in scales)
        scales.append(replace(scale, steps=min(scale.steps, left)))
    return replace(plan, scales=tuple(scales))


def make_plan(
    options: Options,
    content: Picture,
    styles: tuple[Picture, ...],
    shares: tuple[float, ...],
    start: Picture | None = None,
    masks: Masks | None = None,
    previous: Previous | None = None,
) -> Plan:
    """Return the plan of a run.

    Raises:
        UsageError: no styles, another number of shares or scales than of styles, or shares that are all 0.
        BadOption: layers for another number of styles, or a number of regions where masks say what they are.
    """
    if not styles:
        raise UsageError("no style was given; at least one is needed")
    shares = options.style_weights or shares
    if len(shares) != len(styles):
        raise UsageError(f"got {several(len(shares), 'style weight')} for {several(len(styles), 'style')}")
    if sum(shares) <= 0:
        raise UsageError(f"the style weights are {shares}; at least one must be above 0")
    if len(options.style_scale) not in (1, len(styles)):
        raise UsageError(
            f"got {several(len(options.style_scale), 'style scale')} for {several(len(styles), 'style')}"
        )
    options.layers_of_styles(len(styles))
    if masks and masks.dividing and options.regions not in ("auto", "off"):
        raise BadOption(
            f"regions is {options.regions!r}, but the masks say what the regions are", "leave it out"
        )
    scales = scales_of(options, content.width, content.height)
    shares = tuple(share / sum(shares) for share in shares)
    return Plan(options, content, styles, shares, start, scales, masks, way_of(options), previous)


def scales_of(options: Options, across: int, down: int) -> tuple[Scale, ...]:
    """Return the scales at which a content of so many pixels is painted."""
    width, height = canvas(options.size, across, down, options.dpi)
    kind = registry_of("ways")[way_of(options)]
    steps = tuple(kind.steps(options))
    shape = None if "x" in options.size else (across, down)
    bleed = options.bleed if any(steps) else 0.0
    return tuple(pyramid(width, height, steps, options.coarsest if kind.by_scales else 0, shape, bleed))
