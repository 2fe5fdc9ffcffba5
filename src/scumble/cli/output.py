"""Where results go: the options that `stylize`, `rerun` and `resume` share beside those of the picture."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from scumble.cli.console import say, tell_path
from scumble.errors import UsageError
from scumble.paths import MAX_NAME
from scumble.saving.on_exists import OnExists

if TYPE_CHECKING:
    from scumble.plan.plan import Plan
    from scumble.saving.destination import Saved

OUTPUT = Group("Output", sort_key=0)

STDIN, STDOUT = "/dev/stdin", "/dev/stdout"
"""What `-` stands for."""

Switch = Parameter(negative="", show_default=False)


@Parameter(name="*", group=OUTPUT)
@dataclass(frozen=True)
class Output:
    """Where results go and how they are told.

    Parameters
    ----------
    output
        The picture: {pictures}; - writes a PNG to stdout. Default: CONTENT__STYLE.png here.
    on_exists
        What to do if it is there already.
    snapshots
        Folder for pictures on the way, as often as --every says.
    timelapse
        A film of the run, {films}.
    checkpoint
        Keep the state of the run in this file, written every 30 seconds and at the end: scumble resume FILE goes on
        from there, whatever stopped it.
    checkpoint_every
        Seconds between two writings, instead of 30; 0 writes after each step.
    json
        Print one JSON object with the result; progress becomes JSON lines on stderr.
    quiet
        Say nothing but errors; the path of the result is still printed.
    verbose
        Say what each term costs, too, as the run goes on and at its end.
    dry_run
        Print what would be done, and write nothing.
    record
        Put into the picture what made it, for show and rerun.
    """

    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None
    on_exists: OnExists = "error"
    snapshots: Path | None = None
    timelapse: Path | None = None
    checkpoint: Path | None = None
    checkpoint_every: float | None = None
    json: Annotated[bool, Switch] = False
    quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], negative="", show_default=False)] = False
    verbose: Annotated[bool, Switch] = False
    dry_run: Annotated[bool, Switch] = False
    record: bool = True

    def named(self, name: str) -> "Output":
        """Return this with a name for the picture, unless it has one."""
        return replace(self, output=name) if self.output is None else self

    @property
    def to_stdout(self) -> bool:
        """Whether the picture itself goes to stdout."""
        return self.output in ("-", STDOUT)

    def check(self) -> None:
        """Refuse what can be told to be wrong by the flags alone.

        Raises:
            UsageError: a terminal would get the bytes of a picture.
        """
        if self.to_stdout and sys.stdout.isatty() and not self.dry_run:
            raise UsageError("the picture would go to the terminal", "-o out.png, or: -o - | another-program")
        if self.checkpoint_every is not None and self.checkpoint is None:
            raise UsageError("--checkpoint-every needs --checkpoint FILE", "--checkpoint run.checkpoint")


def default_name(plan: "Plan") -> str:
    """Return `CONTENT__STYLE.png`, in the current folder."""
    content, *styles = (Path(picture.name).stem or "picture" for picture in (plan.content, *plan.styles))
    name = os.fsencode(f"{content}__{'+'.join(styles)}")
    return os.fsdecode(name[:MAX_NAME]) + ".png"


def tell_saved(saved: "Saved", others: "Sequence[Saved]" = ()) -> None:
    """Print where a file is.

    Raises:
        OutputError: it is not where it was to be, or one of the others is not.
    """
    if saved.note:
        say(f"note: {saved.note}")
    tell_path(saved.path)
    raise_first([one.problem for one in (saved, *others)])


def raise_first(problems: Sequence[BaseException | None]) -> None:
    """Raise the first of some problems, if there are any, once the others are said."""
    found = [problem for problem in problems if problem]
    for other in found[1:]:
        say(f"note: {other}")
    if found:
        raise found[0]
