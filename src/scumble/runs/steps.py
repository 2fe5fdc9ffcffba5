"""A run as its reader sees it: step by step, or as the picture that it ends with."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from scumble.errors import UsageError
from scumble.runs.result import Result
from scumble.runs.run import Run

if TYPE_CHECKING:
    from scumble.engine.step import Step


class Steps(Iterator["Step"]):
    """The steps of a run, each made as it is asked for; to stop iterating is to cancel.

    Example:
        >>> import numpy as np, scumble
        >>> photo, painting = np.zeros((40, 60, 3), np.uint8), np.full((40, 40, 3), 200, np.uint8)
        >>> photo[:, 30:] = 255
        >>> steps = scumble.stylize_steps(photo, painting, size=48, steps=9)
        >>> next(steps).count, steps.result().image.size
        (1, (48, 32))
    """

    def __init__(self, run: Run) -> None:
        self._run, self._steps = run, iter(run)

    def __next__(self) -> "Step":
        return next(self._steps)

    def result(self) -> Result:
        """Return the picture so far, with its record.

        Raises:
            UsageError: no step has been made.
        """
        return self._run.result()

    def close(self) -> None:
        """Make no more steps, and let go of what they took; the picture so far stays."""
        self._steps.close()


def completed(run: Run, on_step: "Callable[[Step], None] | None" = None) -> Result:
    """Make all steps of a run, and return its picture.

    Raises:
        UsageError: `on_step` cannot be called.
    """
    if on_step is not None and not callable(on_step):
        raise UsageError(f"on_step is of type {type(on_step).__name__}; it should be a function of a Step")
    for step in run:
        if on_step is not None:
            on_step(step)
    return run.result()
