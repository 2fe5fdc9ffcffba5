"""One run: what it paints, and what made its picture."""

import logging
import platform
import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from scumble import __version__
from scumble.backbones.shelf import LAST, Shelf
from scumble.course import Keeper
from scumble.errors import UsageError
from scumble.image.resize import resize, resize_softly
from scumble.machine.spinning import import_torch
from scumble.plan.plan import START_KINDS, Plan, with_steps
from scumble.plugins import Plugin, loaded_plugins
from scumble.record import PluginSource, Record, portable_name
from scumble.runs.inputs import Sources
from scumble.runs.result import Result

if TYPE_CHECKING:
    from scumble.engine.means import Means
    from scumble.engine.state import State
    from scumble.engine.step import Step
    from scumble.runs.checkpoint import Checkpoint

log = logging.getLogger(__name__)
PACKAGES = ("torch", "numpy", "pillow", "safetensors")


class Run:
    """One run: iterate over it to paint, stop to cancel; `result` is the picture so far.

    With a `checkpoint` its state is written now and then, and when it ends or is stopped. Where that cannot be, the
    run goes on, and `checkpoint.problem` says why.

    Args:
        plan: what to do.
        sources: what the record says of the pictures that went in.
        checkpoint: where to keep the state, if anywhere.
        reads: the files that went in, which nothing may take the place of.
        shelf: where the backbone is taken from.
    """

    def __init__(
        self,
        plan: Plan,
        sources: Sources,
        checkpoint: "Checkpoint | None" = None,
        reads: Sequence[Path] = (),
        shelf: Shelf = LAST,
    ) -> None:
        self.plan, self.sources, self.checkpoint, self.reads = plan, sources, checkpoint, reads
        self.shelf = shelf
        self.means: Means | None = None  # told by what paints
        self.plugins: Sequence[Plugin] = ()
        self.key: str | None = None  # of a batch, for the record
        self.until: int | None = None  # the step to stop after, as the picture that is made again was
        self.last: Step | None = None
        self.notes: list[str] = []
        self.keeper = Keeper()
        self.seconds = 0.0
        self.begin: State | None = None

    def go_on(self, state: "State", record: Record) -> None:
        """Begin, the first time, where a run stood that was stopped; `record` is of its picture."""
        from scumble.engine.means import Means
        from scumble.engine.step import step_at

        self.means = Means(
            record.device, record.precision, record.threads, record.arithmetic, record.weights_sha256
        )
        self.plugins = loaded_plugins()
        self.begin, self.last, self.until = state, step_at(self.plan, state), None
        self.notes, self.seconds = list(record.fallbacks), record.seconds
        self.keeper = Keeper(record.course)

    def __iter__(self) -> Generator["Step"]:
        import_torch()  # takes a second
        from scumble.engine.run import paint

        if self.begin is None:
            self.last, self.notes, self.keeper, self.seconds = None, [], Keeper(), 0.0
        versions()  # read now: a picture that is finished is not to be lost for want of them
        self.plugins = loaded_plugins()
        keep, started = self.checkpoint, time.monotonic() - self.seconds
        steps = paint(self.plan, self.begin, keep.mark if keep else None, self._tell, self.shelf)
        self.begin = None  # its tensors are the run's now, to be let go of one after the other
        try:
            for step in steps:
                self.last = step
                if step.number:  # else nothing was evaluated
                    self.keeper.keep(step.count, step.scale.size, *step.told(), step.weights)
                self.notes.extend(step.notes)
                for note in step.notes:
                    log.info("%s", note)
                self.seconds = time.monotonic() - started
                if keep:
                    keep.step(self._record_at)
                yield step
                if step.count == self.until:
                    return
        finally:
            if keep:
                keep.finish(self._record_at)

    def _tell(self, means: "Means") -> None:
        self.means = means
        size = f"{self.plan.width} x {self.plan.height}"
        log.info("%s on %s in %s with %s threads", size, means.device, means.precision, means.threads)

    @property
    def rest(self) -> Plan:
        """What is still to be done of the plan."""
        if self.begin is None:
            return self.plan if self.until is None else with_steps(self.plan, self.until)
        at = self.begin.position
        first, *others = self.plan.scales[at.scale :]
        return replace(self.plan, scales=(replace(first, steps=at.of - at.number), *others))

    def result(self) -> Result:
        """Return the picture of the last step with its record.

        Raises:
            UsageError: no step has been made.
        """
        from scumble.image.tensors import to_picture
        from scumble.machine.guest import as_guest

        if self.last is None:
            raise UsageError("no step has been made, so there is no picture yet")
        size = (self.plan.width, self.plan.height)
        with as_guest():
            image, record = to_picture(self.last.image), self._record(self.last)
        image = resize(image, size)  # smaller when stopped at a coarse scale
        if self.plan.content.alpha is not None:
            image.putalpha(resize_softly(self.plan.content.alpha, size))
        if dpi := self.plan.options.print_dpi:
            image.info["dpi"] = (dpi, dpi)
        return Result(image, record, self.reads)

    def _record_at(self, state: "State") -> Record:
        from scumble.engine.step import step_at
        from scumble.machine.guest import as_guest

        with as_guest():
            return self._record(step_at(self.plan, state))

    def _record(self, last: "Step") -> Record:
        options, means = self.plan.options, self.means
        assert means is not None  # told before the first step
        told = options.model_dump(mode="json")
        for picture in ("start", "previous", "previous_mask"):
            if told[picture] not in (None, *START_KINDS):
                told[picture] = portable_name(told[picture])
        for masks in ("content_mask", "style_mask"):
            told[masks] = [portable_name(mask) for mask in told[masks]]
        return Record(
            scumble=__version__,
            made=datetime.now(UTC),
            options=told,
            way=self.plan.way,
            backbone=options.backbone,
            versions=versions(),
            seed=options.seed,
            width=self.plan.width,
            height=self.plan.height,
            seconds=round(self.seconds, 2),
            steps=last.count,
            stopped=last.scale != self.plan.scales[-1] or not last.finished_scale,
            costs=last.costs(),
            course=self.keeper.course(),
            fallbacks=tuple(self.notes),
            plugins=tuple(
                PluginSource(name=portable_name(one.name), sha256=one.sha256) for one in self.plugins
            ),
            key=self.key,
            **vars(means),
            **vars(self.sources),
        )


@cache
def versions() -> dict[str, str]:
    """Return the versions that decide about the pixels of a picture, read once in a process.

    Of a package whose metadata were left out, as some bundlers do, that is `unknown`.
    """
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found
