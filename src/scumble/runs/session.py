"""Many pictures with what was loaded once."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from scumble.backbones.cache import present_path
from scumble.backbones.shelf import Shelf
from scumble.errors import UsageError
from scumble.options import Options
from scumble.options.overrides import Overrides
from scumble.presets import load_preset
from scumble.runs.prepare import overridden, planned
from scumble.runs.result import Result
from scumble.runs.run import Run
from scumble.runs.steps import Steps, completed

if TYPE_CHECKING:
    from scumble.engine.step import Step


class Session:
    """Holds a backbone, ready to paint many pictures: the first one loads it, the others load nothing.

    Each picture is the one that a process of its own would paint. Several threads may share a session; they take
    turns. What is loaded is let go of by `close`, or at the end of `with`.

    Args:
        backbone: one of those there are.
        device: where to compute.
        precision: what the network computes in.
        threads: of the processor; 0 for one each core.

    Raises:
        BadOption: a value that the option of its name does not take.
        WeightsError: the backbone's weights are not here.

    Example:
        >>> import numpy as np
        >>> photo, painting = np.zeros((40, 60, 3), np.uint8), np.full((40, 40, 3), 200, np.uint8)
        >>> photo[:, 30:] = 255
        >>> with Session() as session:
        ...     pictures = [session.stylize(photo, painting, size=48, steps=2, seed=seed) for seed in (1, 2)]
        >>> pictures[1].image.size
        (48, 32)
    """

    def __init__(
        self, backbone: str = "compact", *, device: str = "auto", precision: str = "auto", threads: int = 0
    ) -> None:
        asked = {"backbone": backbone, "device": device, "precision": precision, "threads": threads}
        options = Options(**asked)
        self._own = {name: getattr(options, name) for name in asked}
        self._shelf = Shelf()
        present_path(backbone)

    def stylize(
        self,
        content: Any,
        style: Any,
        options: Options | None = None,
        /,
        *,
        on_step: "Callable[[Step], None] | None" = None,
        **overrides: Unpack[Overrides],
    ) -> Result:
        """Paint a picture in the style of another; arguments as for `scumble.stylize`.

        Raises:
            UsageError: the session is closed, or another backbone, device, precision or threads are asked for.
        """
        return completed(self.prepare(content, style, options, **overrides), on_step)

    def stylize_steps(
        self, content: Any, style: Any, options: Options | None = None, /, **overrides: Unpack[Overrides]
    ) -> Steps:
        """Paint step by step; arguments as for `scumble.stylize`."""
        return Steps(self.prepare(content, style, options, **overrides))

    def prepare(
        self, content: Any, style: Any, options: Options | None = None, /, **overrides: Unpack[Overrides]
    ) -> Run:
        """Read the pictures and plan the run, which paints while the session is open."""
        self._shelf.require_open()
        return planned(content, style, self._settled(overridden(options, overrides)), self._shelf)

    def _settled(self, asked: Options) -> Options:
        """Return options with the session's backbone, device, precision and threads.

        Raises:
            UsageError: they, or their preset, ask for others.
        """
        by_preset = load_preset(asked.preset).options
        for name, own in self._own.items():
            value = getattr(asked, name)
            if value == own or name not in {**by_preset, **asked.given}:
                continue
            by = "" if name in asked.given else f" by the preset {asked.preset!r}"
            raise UsageError(
                f"{name} {value!r} was asked for{by}; the session's is {own!r}",
                f"Session({name}={value!r}) makes one that has it",
            )
        others = {name: own for name, own in self._own.items() if getattr(asked, name) != own}
        return asked.replace(**others) if others else asked

    def close(self) -> None:
        """Let go of what is loaded; to paint with the session from then on is a `UsageError`."""
        self._shelf.close()

    def __enter__(self) -> Self:
        self._shelf.require_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
