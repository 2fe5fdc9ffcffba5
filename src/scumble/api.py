"""The Python interface: pictures and options in, a painted picture with its record out."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from scumble.errors import UsageError
from scumble.options import Options
from scumble.runs.prepare import prepare
from scumble.runs.result import Result

if TYPE_CHECKING:
    from scumble.engine.step import Step


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
    if on_step is not None and not callable(on_step):
        raise UsageError(f"on_step is of type {type(on_step).__name__}; it should be a function of a Step")
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
