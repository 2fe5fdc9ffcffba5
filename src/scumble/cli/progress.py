"""How a run is shown while it goes on: a bar, lines, JSON lines, or nothing."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, SupportsFloat

from scumble.cli.clock import RunClock
from scumble.cli.console import printable, say, say_json
from scumble.plan.plan import with_steps
from scumble.runs.events import Event, Note, Snapshot, Stepped

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from scumble.plan.plan import Plan

SECONDS_BETWEEN_LINES = 3.0


def costs_line(costs: Mapping[str, SupportsFloat]) -> str:
    """Return costs as text, such as `total 5.05e+09  content-coursera 7878`. Waits for the device."""
    return "  ".join(f"{name} {float(cost):.4g}" for name, cost in costs.items())


class Reporter:
    """Takes events and says nothing; the base of those that do. A context: `close` is called whatever happens.

    Args:
        verbose: whether to tell the costs, too; to read them is to wait for the device.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        self.verbose = verbose

    def __call__(self, event: Event) -> None:
        """Show an event, if it is one that is shown while the run goes on."""
        if isinstance(event, Stepped):
            self.step(event)
        elif isinstance(event, Note):
            self.note(event.text)
        elif isinstance(event, Snapshot):
            costs = f"  {self.costs(event)}" if self.verbose else ""
            self.note(f"{event.path}  step {event.count}{costs}")

    def costs(self, event: Stepped | Snapshot) -> str:
        """Return the costs of a step if they are to be told."""
        return costs_line(event.costs) if self.verbose else ""

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def step(self, step: Stepped) -> None:
        """Show a step."""

    def note(self, text: str) -> None:
        """Say what the user should know."""

    def close(self) -> None:
        """Leave the terminal tidy."""


class Words:
    """What is said of the steps of a run.

    Args:
        plan: of the run.
        until: the step that it stops after, if that is before the end.
    """

    def __init__(self, plan: "Plan", until: int | None = None) -> None:
        asked = plan if until is None else with_steps(plan, until)
        self.scales = {scale.size: scale for scale in asked.scales}
        whole = sum(scale.work for scale in plan.scales)
        self.share = sum(scale.work for scale in asked.scales) / whole if whole else 1.0
        self.clock = RunClock(asked)

    def of(self, step: Stepped) -> int:
        """Return how many steps are to be made at this size."""
        return min(step.of, self.scales[step.scale].steps)

    def done(self, step: Stepped) -> float:
        """Return the share of the work that is done, [0, 1]."""
        return min(1.0, step.progress / self.share)

    def told(self, step: Stepped) -> tuple[str, float, str]:
        """Return where a run stands, such as `256 x 192, step 12 of 40`, the seconds so far, and what is left."""
        width, height = step.scale
        seconds, left = self.clock.tell(self.scales[step.scale], step.step, self.of(step))
        return f"{width} x {height}, step {step.step} of {self.of(step)}", seconds, left


class Lines(Reporter):
    """A line every few seconds, for logs and pipes."""

    def __init__(self, words: Words, *, verbose: bool = False) -> None:
        super().__init__(verbose=verbose)
        self.words = words
        self.said = -SECONDS_BETWEEN_LINES

    def step(self, step: Stepped) -> None:
        where, seconds, left = self.words.told(step)
        done = self.words.done(step)
        if seconds - self.said < SECONDS_BETWEEN_LINES and done < 1:
            return
        self.said = seconds
        parts = (f"{percent(done)}  {where}", left if done < 1 else "", self.costs(step))
        say("  ".join(filter(None, parts)))

    def note(self, text: str) -> None:
        say(f"note: {text}")


class JsonLines(Reporter):
    """One JSON object for each step and each note, for programs."""

    def step(self, step: Stepped) -> None:
        say_json(step.to_json())

    def note(self, text: str) -> None:
        say_json(Note(text=text).to_json())


def started_bar(description: str) -> "tuple[Progress, TaskID]":
    """Return a bar on stderr that has begun to be shown, and its one task, of which 1 is all."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[told]}", markup=False),
        console=Console(stderr=True),
    )
    task = bar.add_task(description, total=1.0, told="")
    bar.start()
    return bar, task


class Bar(Reporter):
    """One bar for the whole run, for terminals: which size is painted, how much is done, how long it will take."""

    def __init__(self, words: Words, *, verbose: bool = False) -> None:
        super().__init__(verbose=verbose)
        self.words = words
        self.bar, self.task = started_bar("getting ready")

    def step(self, step: Stepped) -> None:
        where, _, left = self.words.told(step)
        done = self.words.done(step)
        told = "  ".join(filter(None, (percent(done), left if done < 1 else "", self.costs(step))))
        self.bar.update(self.task, completed=done, description=where, told=told)

    def note(self, text: str) -> None:
        self.bar.console.print(f"note: {printable(text)}", highlight=False, markup=False, emoji=False)

    def close(self) -> None:
        self.bar.stop()


def percent(share: float) -> str:
    """Return a share of the work as people say it; only what is done is 100 %.

    Example:
        >>> percent(0.04), percent(0.999), percent(1)
        (' 4 %', '99 %', '100 %')
    """
    return f"{int(100 * share + 1e-9):2d} %"


def reporter(
    plan: "Plan", until: int | None = None, *, as_json: bool, quiet: bool, verbose: bool = False
) -> Reporter:
    """Return the way to show a run, `until` a step, that fits the flags and the kind of stderr."""
    if quiet:
        return Reporter()
    if as_json:
        return JsonLines(verbose=verbose)
    words = Words(plan, until)
    return Bar(words, verbose=verbose) if sys.stderr.isatty() else Lines(words, verbose=verbose)
