"""How a run is shown while it goes on: a bar, lines, JSON lines, or nothing."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scumble.cli.console import printable, say, say_json

if TYPE_CHECKING:
    from rich.progress import TaskID

    from scumble.engine.plan import Plan
    from scumble.engine.run import Step

SECONDS_BETWEEN_LINES = 3.0


def costs_line(costs: Mapping[str, float]) -> str:
    """Return costs as text, such as `total 5.05e+09  content-coursera 7878`."""
    return "  ".join(f"{name} {cost:.4g}" for name, cost in costs.items())


class Reporter:
    """Says nothing; the base of those that do. A context: `close` is called whatever happens."""

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def step(self, step: "Step") -> None:
        """Show a step."""

    def note(self, text: str) -> None:
        """Say what the user should know."""

    def close(self) -> None:
        """Leave the terminal tidy."""


class Clock:
    """Seconds since the first step, which has waited for torch to load, and seconds left."""

    def __init__(self) -> None:
        self.first: tuple[float, float] | None = None

    def tell(self, progress: float) -> tuple[float, str]:
        """Return the seconds so far, and `12 s left` once that can be known from a share of the work, [0, 1]."""
        now = time.monotonic()
        if self.first is None:
            self.first = (now, progress)
        seconds, gained = now - self.first[0], progress - self.first[1]
        return seconds, f"{seconds / gained * (1 - progress):.0f} s left" if gained > 0 else ""


class Lines(Reporter):
    """A line every few seconds, for logs and pipes."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.said = -SECONDS_BETWEEN_LINES

    def step(self, step: "Step") -> None:
        seconds, left = self.clock.tell(step.progress)
        if seconds - self.said < SECONDS_BETWEEN_LINES and step.progress < 1:
            return
        self.said = seconds
        size = f"{step.scale.width} x {step.scale.height}"
        say(f"{size}  step {step.number}/{step.of}  {costs_line(step.costs())}  {left}".rstrip())

    def note(self, text: str) -> None:
        say(f"note: {text}")


class JsonLines(Reporter):
    """One JSON object for each step, for programs."""

    def step(self, step: "Step") -> None:
        told = {
            "event": "step", "scale": list(step.scale.size), "step": step.number, "of": step.of,
            "progress": round(step.progress, 4), "costs": step.costs(),
        }  # fmt: skip
        say_json(told)

    def note(self, text: str) -> None:
        say_json({"event": "note", "text": text})


class Bars(Reporter):
    """A bar for each scale, with loss, speed and the time left by pixels times steps, for terminals."""

    def __init__(self, plan: "Plan") -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self.first: Step | None  # seen of its scale
        self.bars: Progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed}/{task.total}  {task.fields[told]}"),
            console=Console(stderr=True),
        )
        self.tasks: dict[tuple[int, int], TaskID] = {
            scale.size: self.bars.add_task(f"{scale.width} x {scale.height}", total=scale.steps, told="")
            for scale in plan.scales
        }
        self.clock, self.first, self.started = Clock(), None, 0.0
        self.bars.start()

    def step(self, step: "Step") -> None:
        now = time.monotonic()
        if self.first is None or self.first.scale != step.scale:
            for size, task in self.tasks.items():  # a run that goes on has made these before
                if max(size) < max(step.scale.size):
                    self.bars.update(task, completed=self.bars.tasks[task].total)
            self.first, self.started = step, now
        speed = max(step.number - self.first.number, 1) / max(now - self.started, 1e-3)
        told = f"loss {float(step.total):.4g}  {speed:.1f} steps/s  {self.clock.tell(step.progress)[1]}"
        self.bars.update(self.tasks[step.scale.size], completed=step.number, total=step.of, told=told)

    def note(self, text: str) -> None:
        self.bars.console.print(f"note: {printable(text)}", highlight=False, markup=False, emoji=False)

    def close(self) -> None:
        self.bars.stop()


def reporter(plan: "Plan", *, as_json: bool, quiet: bool) -> Reporter:
    """Return the way to show a run that fits the flags and the kind of stderr."""
    if quiet:
        return Reporter()
    if as_json:
        return JsonLines()
    return Bars(plan) if sys.stderr.isatty() else Lines()
