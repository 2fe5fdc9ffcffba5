"""The Python interface: pictures and options in, a painted picture with its record out."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from scumble.machine.spinning import import_torch
from scumble.options import Options
from scumble.options.overrides import Overrides
from scumble.runs.prepare import prepare
from scumble.runs.result import Result
from scumble.runs.run import Run
from scumble.runs.steps import Steps, completed

if TYPE_CHECKING:
    from scumble.engine.forecast import Forecast
    from scumble.engine.step import Step


def stylize(
    content: Any,
    style: Any,
    options: Options | None = None,
    /,
    *,
    on_step: "Callable[[Step], None] | None" = None,
    **overrides: Unpack[Overrides],
) -> Result:
    """Paint a picture in the style of another.

    Args:
        content: path, bytes, file open in binary, Pillow picture, NumPy array (H, W, 3) or tensor (1, 3, H, W).
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
    return completed(prepare(content, style, options, **overrides), on_step)


def stylize_steps(
    content: Any, style: Any, options: Options | None = None, /, **overrides: Unpack[Overrides]
) -> Steps:
    """Paint step by step: an iterator of `Step` whose `result()` is the picture so far; stop iterating to cancel.

    Arguments as for `stylize`.
    """
    return Steps(prepare(content, style, options, **overrides))


def resume(checkpoint: str | os.PathLike[str], inputs: Sequence[str | os.PathLike[str]] = ()) -> Run:
    """Return the rest of a run that was stopped; iterate over it, and `result()` is its picture.

    Args:
        checkpoint: the file that the run left.
        inputs: folders that hold the content and the styles, besides the current one and the checkpoint's own.

    Raises:
        CheckpointError: it is none, or damaged.
        UsageError: its pictures are not there, or not those that they were.
        WeightsError: the backbone's weights are not those that the run began with.
    """
    from scumble.runs.resume import prepare_resumed

    return prepare_resumed(checkpoint, [Path(folder) for folder in inputs])


def forecast(run: Run) -> "Forecast":
    """Return the seconds and gigabytes that the rest of a run will take on this machine, about.

    Raises:
        ImageError: a picture is too small for the layers that read it.
        OutOfMemory: there is no way to make the picture fit.
    """
    import_torch()  # takes a second
    from scumble.engine.forecast import forecast as forecast_of

    return forecast_of(run.rest)
