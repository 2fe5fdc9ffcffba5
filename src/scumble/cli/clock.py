"""How long it takes until a run is done, by how fast it went lately."""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scumble.plan.plan import Plan
    from scumble.plan.pyramid import Scale

HALF = 15.0
"""Seconds after which what was measured counts half: machines get busy and idle again."""
TARGETS = 4
"""Steps that a scale takes as long as before its first one, to read what it is compared with."""


class Pace:
    """Seconds for a unit of work, of which late ones count more.

    Example:
        >>> pace = Pace()
        >>> pace.add(2.0, 1)
        >>> pace.add(60.0, 10)
        >>> 5.9 < pace.seconds < 6.0
        True
    """

    def __init__(self) -> None:
        self.took = self.done = 0.0

    def add(self, took: float, done: float) -> None:
        """Take into account that some work was done in so many seconds."""
        kept = 0.5 ** (took / HALF)
        self.took, self.done = kept * self.took + took, kept * self.done + done

    @property
    def seconds(self) -> float | None:
        """Of a unit; None before any was done."""
        return self.took / self.done if self.done > 0 else None


class Clock:
    """Seconds since the first word, which waited for torch to load, and seconds left, by the share of the work done.

    Args:
        now: seconds from whenever.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now, self.pace = now, Pace()
        self.first: float | None = None
        self.last = (0.0, 0.0)

    def tell(self, progress: float) -> tuple[float, str]:
        """Return the seconds so far, and `12 s left` once that can be known from a share of the work, [0, 1]."""
        now = self.now()
        if self.first is None:
            self.first = now
        else:
            self.pace.add(now - self.last[0], progress - self.last[1])
        self.last = (now, progress)
        each = self.pace.seconds
        return now - self.first, "" if each is None else left(each * (1 - progress))


class RunClock:
    """The clock of one run, which knows that scales differ.

    What a step at a coming scale will take is told from the last two: seconds are a line in pixels. So it is right
    on machines and with networks whose steps have another fixed cost than `Scale.work` takes for granted.

    Args:
        plan: what is to be done; of its scales only those with steps count.
        now: seconds from whenever.
    """

    def __init__(self, plan: "Plan", now: Callable[[], float] = time.monotonic) -> None:
        self.scales, self.now = [scale for scale in plan.scales if scale.steps], now
        self.paces: dict[tuple[int, int], Pace] = {}
        self.first: float | None = None
        self.last = 0.0

    def tell(self, scale: "Scale", number: int, of: int) -> tuple[float, str]:
        """Return the seconds since the first step, and `12 s left` once known; at a scale `of` steps are made."""
        now, pace = self.now(), self.paces.setdefault(scale.size, Pace())
        if self.first is None:
            self.first = now
        else:
            pace.add(now - self.last, 1 + TARGETS * (number == 1))
        self.last = now
        here = pace.seconds
        return now - self.first, "" if here is None else left(self._left(scale, of - number, here))

    def _left(self, now: "Scale", steps: int, here: float) -> float:
        """Return the seconds left when a step takes so many now, and so many steps are left at this scale."""
        seconds = here * max(0, steps)
        for scale in self.scales:
            if max(scale.size) > max(now.size):
                seconds += here * self._times(now, scale) * (scale.steps + TARGETS)
        return seconds

    def _times(self, now: "Scale", then: "Scale") -> float:
        """Return how many times as long a step at a coming scale takes as one now."""
        there, grown = pixels(now), pixels(then) / pixels(now)
        before = [scale for scale in self.scales if max(scale.size) < max(now.size)]
        known = self.paces.get(before[-1].size) if before else None
        if known is None or not known.seconds:
            return then.work / then.steps / (now.work / max(1, now.steps))
        here = self.paces[now.size].seconds or known.seconds
        rise = (here - known.seconds) / (there - pixels(before[-1]))
        guess = 1 + rise * (pixels(then) - there) / here
        return min(max(guess, 1.0), grown)  # neither no fixed cost at all nor nothing else


def pixels(scale: "Scale") -> int:
    """Return the pixels of a scale's canvas."""
    width, height = scale.canvas
    return width * height


def left(seconds: float) -> str:
    """Return a time to wait as people say it.

    Example:
        >>> left(12.3), left(95), left(7260)
        ('13 s left', '2 min left', '2 h 1 min left')
    """
    if seconds < 90:
        return f"{math.ceil(seconds)} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min left"
