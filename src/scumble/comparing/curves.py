"""The course of runs as a picture: every cost over the steps, on a logarithmic scale."""

import io
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsFloat, TypeVar

from PIL import Image
from pydantic import ValidationError

from scumble.course import LARGEST, MAX_SCALES, MAX_TERMS, Course, Keeper
from scumble.errors import RecordError, UsageError
from scumble.image.quiet import quiet
from scumble.image.sheet import COLORS
from scumble.paths import as_path
from scumble.record import read_record
from scumble.runs.events import Stepped, read_event

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

T = TypeVar("T")
Color = tuple[float, float, float]

MAX_BYTES = 1 << 28
"""Of JSON lines; a step takes about 700."""
SIZE, DOTS = (9.0, 5.5), 120  # inches, and pixels to each
DECADES = 1e9  # what is smaller than the largest cost by this is below the picture: nothing to speak of
DASHES: tuple[Any, ...] = (
    "solid", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2)), (0, (9, 3)), (0, (3, 1, 1, 1, 1, 1)),
)  # fmt: skip
"""Of the runs, in order; more could not be told apart."""


def read_course(path: str | os.PathLike[str]) -> Course:
    """Return the course of a run: from the record of a picture, or from JSON lines in a file called `.jsonl`.

    Args:
        path: a picture that Scumble made, its sidecar, or what `scumble stylize --json` wrote to stderr.

    Raises:
        RecordError: there is no such file, or no course in it.
    """
    path = as_path(path)
    course = _course_of_lines(path) if path.suffix == ".jsonl" else read_record(path).course
    if course is None:
        raise RecordError(
            f"{str(path)!r} holds no course: no step was made, or an older version made it",
            "paint it again, as with scumble rerun",
        )
    return course


def _course_of_lines(path: Path) -> Course | None:
    keeper, count = Keeper(), 0
    try:
        for told in _steps(path):
            count += 1
            event = read_event(told)
            assert isinstance(event, Stepped)
            _check(event.costs)
            _check(event.weights)
            for costs in _few(event.layers).values():
                _check(costs)
            layers = {
                (name, layer): cost for name, one in event.layers.items() for layer, cost in one.items()
            }
            keeper.keep(count, event.scale, event.costs, layers, event.weights)
            if len(keeper.scales) > MAX_SCALES:
                raise ValueError(f"more than {MAX_SCALES} scales")
        return keeper.course()
    except RecordError as error:
        raise RecordError(f"{str(path)!r} cannot be read after step {count}: {error.message}") from error
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        why = f"{type(error).__name__}: {' '.join(said.split())[:200]}"
        raise RecordError(
            f"{str(path)!r} cannot be read after step {count}: {why}",
            "scumble stylize ... --json 2> run.jsonl writes such lines",
        ) from error


def _few(named: Mapping[str, T]) -> Mapping[str, T]:
    """Return what a line says by name, unless it is more than a run has."""
    if len(named) > MAX_TERMS:
        raise RecordError(f"a step has {len(named)} terms or layers; at most {MAX_TERMS} are read")
    return named


def _check(named: Mapping[str, SupportsFloat]) -> None:
    """Refuse costs or weights that are too large to be drawn."""
    for name, number in _few(named).items():
        if not abs(float(number)) <= LARGEST:
            raise RecordError(f"{name[:40]!r} is {float(number)}; a finite number up to {LARGEST:g} is read")


def _steps(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what tells of a step among the lines of a file, whatever else it holds."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RecordError(f"{str(path)!r} has more than {MAX_BYTES:,} bytes")
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                event = json.loads(line) if line.startswith("{") else None
                if isinstance(event, dict) and event.get("event") == Stepped.kind:
                    yield event
    except OSError as error:
        raise RecordError(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def draw(
    courses: Sequence[Course], names: Sequence[str], *, weighted: bool = True, layers: Sequence[str] = ()
) -> Image.Image:
    """Return a picture of the courses of several runs, one over the other.

    A term has its color in all runs, and a run its dashes. Lines are broken where a scale begins, since the same
    picture has other costs there. Costs of 0, and below a billionth of the largest, have no place on the picture.

    Args:
        courses: 1 to 6, so that they can be told apart.
        names: of the runs.
        weighted: each term times its weight, so that they add up to the total; else in its formula's own units.
        layers: the terms that are shown layer by layer, which add up to the term.

    Raises:
        UsageError: too many runs or none, weights or layers that a run does not tell, or matplotlib, which the extra
            `plot` brings, is not installed.
    """
    if not 1 <= len(courses) <= len(DASHES):
        raise UsageError(f"{len(courses)} runs were given; 1 to {len(DASHES)} can be told apart")
    try:
        from matplotlib.figure import Figure  # without a screen
    except ImportError as error:
        message = "curves are drawn by matplotlib, which is not installed"
        raise UsageError(message, "pip install 'scumble[plot]'") from error
    courses = [
        as_drawn(course, name, weighted=weighted, layers=layers)
        for course, name in zip(courses, names, strict=True)
    ]
    colors = term_colors(courses)
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    for course, dashes in zip(courses, DASHES, strict=False):
        _draw_course(axes, course, colors, dashes)
    _name_scales(axes, courses[0])
    _add_legends(figure, colors, names)
    units = "times its weight: they add up to the total" if weighted else "in its own units"
    axes.set(xlabel="step", ylabel=f"cost, each {units}", yscale="log")
    low, high = axes.get_ylim()
    axes.set_ylim(bottom=max(low, high / DECADES))
    axes.grid(alpha=0.3)
    buffer = io.BytesIO()
    with quiet():  # a file's name may hold any letter, one that the font lacks
        figure.savefig(buffer, dpi=DOTS)
    return Image.open(buffer).convert("RGB")


def as_drawn(course: Course, name: str, *, weighted: bool = True, layers: Sequence[str] = ()) -> Course:
    """Return a course whose costs are what a picture shows of them: see `draw`.

    Example:
        >>> course = Course(scales=(), steps=(1,), costs={"total": (6.0,), "gram": (3.0,)}, weights={"gram": 2.0})
        >>> as_drawn(course, "run").costs
        {'total': (6.0,), 'gram': (6.0,)}
    """
    for wanted in layers:
        if wanted not in course.layers:
            raise UsageError(
                f"{name!r} tells no layers of {wanted!r}; it tells those of {', '.join(course.layers) or 'none'}"
            )
    if weighted and (silent := course.costs.keys() - course.weights.keys() - {"total"}):
        raise UsageError(
            f"{name!r} does not tell the weight of {min(silent)!r}: an older version made it",
            "--unweighted draws each term in its own units",
        )
    costs: dict[str, tuple[float, ...]] = {}
    for term, values in course.costs.items():
        weight = course.weights[term] if weighted and term != "total" else 1.0
        series = {term: values}
        if term in layers:
            series = {f"{term} {layer}": added for layer, added in course.layers[term].items()}
        costs |= {one: tuple(weight * cost for cost in values) for one, values in series.items()}
    return course.model_copy(update={"costs": costs})


def term_colors(courses: Sequence[Course]) -> dict[str, Color]:
    """Return the color of each term, three shares of 1: black of the total, then those of `COLORS` in order."""
    names = dict.fromkeys(name for course in courses for name in course.costs)
    terms = [name for name in names if name != "total"]
    found = {"total": (0, 0, 0)} if "total" in names else {}
    found |= {name: COLORS[number % len(COLORS)] for number, name in enumerate(terms)}
    return {name: (red / 255, green / 255, blue / 255) for name, (red, green, blue) in found.items()}


def _draw_course(axes: "Axes", course: Course, colors: Mapping[str, Color], dashes: Any) -> None:
    starts = [start.step for start in course.scales[1:]]
    for start in starts:
        axes.axvline(start - 0.5, color="gray", linewidth=0.8, linestyle=dashes)
    for first, end in pairwise([1, *starts, math.inf]):
        inside = [place for place, step in enumerate(course.steps) if first <= step < end]
        steps = [course.steps[place] for place in inside]
        for name, values in course.costs.items():
            costs = [values[place] if values[place] > 0 else math.nan for place in inside]
            marker = "." if len(inside) == 1 else ""  # of which no line can be drawn
            width = 2.2 if name == "total" else 1.4
            axes.plot(steps, costs, color=colors[name], linestyle=dashes, linewidth=width, marker=marker)


def _name_scales(axes: "Axes", course: Course) -> None:
    """Write the size of each scale above where it begins."""
    for start in course.scales:
        axes.annotate(
            f"{start.width} x {start.height}", (start.step, 1), (2, 3), xycoords=("data", "axes fraction"),
            textcoords="offset points", fontsize="small", color="gray",
        )  # fmt: skip


def _add_legends(figure: "Figure", colors: Mapping[str, Color], names: Sequence[str]) -> None:
    """Say which color is which term, and which dashes are which run."""
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"fontsize": "small", "frameon": False, "handlelength": 4, "alignment": "left"}
    terms = [Line2D([], [], color=color, linewidth=2) for color in colors.values()]
    figure.legend(terms, list(map(plain, colors)), title="cost", loc="outside right upper", **look)
    runs = [Line2D([], [], color="black", linestyle=dashes) for dashes in DASHES[: len(names)]]
    figure.legend(runs, list(map(plain, names)), title="run", loc="outside right lower", **look)


def plain(text: str, length: int = 28) -> str:
    r"""Return a text that matplotlib takes for no formula, no longer than a legend has room for.

    Example:
        >>> plain("a$b")
        'a\\$b'
    """
    if len(text) > length:
        text = f"{text[: length // 2]}...{text[3 - length // 2 :]}"
    return text.replace("$", r"\$")
