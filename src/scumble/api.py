"""The Python interface: pictures and options in, a painted picture with its record out."""

import math
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from scumble.backbones.cache import present_path, weights_sha256
from scumble.engine.plan import START_KINDS, Plan, make_plan
from scumble.errors import BadOption, UnknownName, UsageError
from scumble.image.files import read_picture
from scumble.image.resize import resize
from scumble.options import Options
from scumble.outputs.base import outputs
from scumble.outputs.files import OnExists, write
from scumble.plugins import loaded_plugins
from scumble.record import PluginSource, Record, Source, portable_name

if TYPE_CHECKING:
    from scumble.engine.run import Step

PACKAGES = ("torch", "numpy", "pillow", "safetensors")


@dataclass(frozen=True)
class Style:
    """A style picture and its share among several.

    Args:
        image: path, bytes, Pillow picture, NumPy array or tensor.
        weight: relative to the other styles' weights; 0 or more.

    Raises:
        BadOption: another weight.
    """

    image: Any
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.weight < math.inf:
            raise BadOption(f"the weight of a style is {self.weight}; it must be finite and 0 or more")


@dataclass(frozen=True)
class Result:
    """A painted picture and what made it."""

    image: Image.Image  # RGB, or RGBA where the content had an alpha channel
    record: Record

    def save(
        self, path: str | os.PathLike[str], *, on_exists: OnExists = "overwrite", record: bool = True
    ) -> Path | None:
        """Write the picture, whole or not at all, and return its path.

        Args:
            path: where to; the suffix says the format.
            on_exists: `error`, `rename`, `overwrite` or `skip`; the path is None when skipped.
            record: whether to put the record into a PNG, or into a JSON file beside other formats.

        Raises:
            UsageError: the suffix is none of ours, or there is no such folder.
            OutputError: it could not be written; a file that was there before is intact.
        """
        return write(path, [self.image], self.record.to_json() if record else None, on_exists=on_exists)

    def to_pil(self) -> Image.Image:
        """Return a copy of the picture."""
        return self.image.copy()

    def _repr_png_(self) -> bytes:
        """Show the picture in a notebook."""
        return outputs["png"]().encode([self.image], self.record.to_json())


class Run:
    """One run: iterate over it to paint, stop to cancel; `result` is the picture so far.

    Args:
        plan: what to do.
        content: what the record says of the content.
        styles: what it says of each style.
        start: what it says of the picture to start from, if a file was named.
    """

    def __init__(
        self, plan: Plan, content: Source, styles: tuple[Source, ...], start: Source | None = None
    ) -> None:
        self.plan = plan
        self.sources = {"content": content, "styles": styles, "start": start}
        self.last: Step | None = None
        self.notes: list[str] = []
        self.seconds = 0.0

    def __iter__(self) -> Iterator["Step"]:
        from scumble.engine.run import paint  # torch takes a second to import

        started = time.monotonic()
        self.last, self.notes = None, []
        for step in paint(self.plan):
            self.last = step
            self.notes.extend(step.notes)
            self.seconds = time.monotonic() - started
            yield step

    def result(self) -> Result:
        """Return the picture of the last step with its record.

        Raises:
            UsageError: no step has been made.
        """
        from scumble.image.tensors import to_picture

        if self.last is None:
            raise UsageError("no step has been made, so there is no picture yet")
        size = (self.plan.width, self.plan.height)
        image = resize(to_picture(self.last.image), size)  # smaller when stopped at a coarse scale
        if self.plan.content.alpha is not None:
            image.putalpha(resize(self.plan.content.alpha, size))
        return Result(image, self._record(self.last))

    def _record(self, step: "Step") -> Record:
        from scumble.engine.device import choose_device, choose_precision, thread_count

        options = self.plan.options
        device = choose_device(options.device)
        told = options.model_dump(mode="json")
        if options.start not in START_KINDS:
            told["start"] = portable_name(options.start)
        return Record(
            scumble=version("scumble"),
            made=datetime.now(UTC),
            options=told,
            backbone=options.backbone,
            weights_sha256=weights_sha256(options.backbone),
            versions=versions(),
            device=device.type,
            threads=thread_count(options.threads),
            precision=str(choose_precision(options.precision, device)).removeprefix("torch."),
            seed=options.seed,
            width=self.plan.width,
            height=self.plan.height,
            seconds=round(self.seconds, 2),
            steps=step.count,
            costs=step.costs(),
            fallbacks=tuple(self.notes),
            plugins=tuple(
                PluginSource(name=portable_name(one.name), sha256=one.sha256) for one in loaded_plugins()
            ),
            **self.sources,  # type: ignore[arg-type]
        )


def versions() -> dict[str, str]:
    """Return the versions that decide about the pixels of a picture."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def _path_of(source: Any) -> str | os.PathLike[str] | None:
    return source if isinstance(source, str | os.PathLike) else None


def _styles(style: Any) -> list[Style]:
    several = style if isinstance(style, list | tuple) else [style]
    return [one if isinstance(one, Style) else Style(one) for one in several]


def prepare(content: Any, style: Any, options: Options | None = None, /, **overrides: Any) -> Run:
    """Read the pictures, settle the options and plan the run; nothing heavy is loaded yet.

    Args:
        content: path, bytes, Pillow picture, NumPy array or tensor.
        style: the same, a `Style`, or a list of them.
        options: the defaults when omitted.
        overrides: single options by name.

    Raises:
        ImageError: a picture that cannot be read.
        UsageError: options that cannot be met.
        WeightsError: the backbone's weights are not here.
    """
    settled = Options(**overrides) if options is None else options.replace(**overrides)
    content_picture = read_picture(content)
    styles = _styles(style)
    pictures = tuple(read_picture(one.image) for one in styles)
    start = None if settled.start in START_KINDS else read_picture(settled.start)
    present_path(settled.backbone)
    plan = make_plan(settled, content_picture, pictures, tuple(one.weight for one in styles), start)
    sources = tuple(
        Source.of(picture, _path_of(one.image), share)
        for picture, one, share in zip(pictures, styles, plan.shares, strict=True)
    )
    started = None if start is None else Source.of(start, settled.start)
    return Run(plan, Source.of(content_picture, _path_of(content)), sources, started)


def stylize(
    content: Any,
    style: Any,
    options: Options | None = None,
    /,
    *,
    on_step: "Callable[[Step], None] | None" = None,
    **overrides: Any,
) -> Result:
    """Paint a picture in the style of another.

    Args:
        content: path, bytes, Pillow picture, NumPy array (H, W, 3) or tensor (1, 3, H, W).
        style: the same, a `Style`, or a list of them.
        options: the defaults when omitted.
        on_step: called after each step, for progress or previews.
        overrides: single options by name, such as `size=800, strength=60, preset="gatys"`.

    Raises:
        ScumbleError: see `scumble.errors` for its kinds.

    Example:
        >>> import numpy as np
        >>> photo, painting = np.zeros((40, 60, 3), np.uint8), np.full((40, 40, 3), 200, np.uint8)
        >>> photo[:, 30:] = 255
        >>> stylize(photo, painting, size=48, steps=2).image.size
        (48, 32)
    """
    run = prepare(content, style, options, **overrides)
    for step in run:
        if on_step is not None:
            on_step(step)
    return run.result()


def stylize_steps(
    content: Any, style: Any, options: Options | None = None, /, **overrides: Any
) -> "Iterator[Step]":
    """Paint step by step: an iterator of `Step`; stop iterating to cancel. Arguments as for `stylize`."""
    return iter(prepare(content, style, options, **overrides))


def find_source(source: Source, folders: Sequence[Path]) -> Path:
    """Return the file that a record speaks of: of its name, in one of some folders, with its bytes.

    Raises:
        UsageError: none of the folders holds it, or only another file of its name.
    """
    places = [folder / name for folder in folders for name in (source.name, Path(source.name).name)]
    there = [place for place in places if os.path.isfile(place)]  # noqa: PTH113 (a name too long is no error)
    for place in there:
        if read_picture(place).sha256 == source.sha256:
            return place
    if there:
        message = f"{str(there[0])!r} is not the picture that the record speaks of: its content differs"
    else:
        message = f"{source.name!r}, which the record speaks of, is not in {', '.join(map(str, folders))}"
    raise UsageError(message, "--inputs FOLDER says where the content and the styles are")


def recorded_options(record: Record) -> Options:
    """Return the options of a record. The plugins that it names are not run: whoever trusts them loads them.

    Raises:
        UnknownName: a loss or the like that only a plugin can bring; the hint names those of the record.
    """
    try:
        return Options(**record.options)
    except UnknownName as error:
        if record.plugins:
            named = " and ".join(f"{one.name} (sha256 {one.sha256[:16]})" for one in record.plugins)
            error.hint = f"--plugin FILE loads it; the record names {named}"
        raise


def prepare_again(record: Record, folders: Sequence[Path], **overrides: Any) -> Run:
    """Return the run that makes a recorded picture again: on a CPU, with the same versions, the same pixels.

    Args:
        record: of the picture; may come from anybody, and is checked as options from anybody are.
        folders: where to look for its inputs.
        overrides: options to change.
    """
    options = recorded_options(record).replace(**overrides)
    content = find_source(record.content, folders)
    styles = [Style(find_source(source, folders), source.weight) for source in record.styles]
    if record.start is not None:
        options = options.replace(start=str(find_source(record.start, folders)))
    elif options.start not in START_KINDS:
        raise UsageError(f"the record names no picture that the run started from, only {options.start!r}")
    if options.threads == 0 and record.device == "cpu":
        options = options.replace(threads=record.threads)  # sums in another order round otherwise
    if options.precision == "auto":
        options = options.replace(precision=record.precision)
    return prepare(content, styles, options)
