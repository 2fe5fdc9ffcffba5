"""Pictures on the way: snapshots as files, a timelapse, and previews."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from scumble.errors import OutputError, ScumbleError, UsageError
from scumble.image.resize import fit_within, resize
from scumble.outputs.base import outputs
from scumble.outputs.files import film_suffixes, one_of
from scumble.plan.plan import Plan
from scumble.runs.events import Preview
from scumble.saving.destination import Destination, Saved
from scumble.saving.draft import Draft
from scumble.saving.files import write
from scumble.saving.names import resolve_path
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product
from scumble.saving.series import Series

if TYPE_CHECKING:
    from scumble.engine.run import Step

FRAMES = 48  # of a timelapse, where the options do not say how often
PREVIEW_EDGE = 512  # pixels
FRAME_EDGE = 640  # pixels: a GIF of 60 frames takes 17 MB
MILLISECONDS = 120
LAST_FRAME = 12  # frames for which the finished picture stands


def picture_of(step: "Step") -> Image.Image:
    """Return a step's image as a picture."""
    from scumble.image.tensors import to_picture

    return to_picture(step.image)


def is_snapshot(name: str) -> bool:
    """Return whether a file of a name may be a snapshot."""
    return re.fullmatch(r"step-\d{4,}\.png", name) is not None


class Snapshots:
    """Write a picture every so many steps, or at the end of each scale, to `step-0020.png` and so on."""

    def __init__(self, folder: Path, every: int, on_exists: OnExists) -> None:
        self.series = Series(folder, "snapshots", on_exists, is_snapshot)
        self.every = every

    @property
    def folder(self) -> Path:
        """Where they go."""
        return self.series.folder

    def step(self, step: "Step") -> Path | None:
        """Write the picture if it is time; return its path."""
        if not (step.count % self.every == 0 if self.every else step.finished_scale):
            return None
        path = self.series.open() / f"step-{step.count:04d}.png"
        return write(path, [picture_of(step)], on_exists=self.series.each)


class Timelapse:
    """Write frames into a film as they come; an error is raised at once if the film cannot be written."""

    def __init__(self, path: Path, plan: Plan, every: int, on_exists: OnExists) -> None:
        if path.suffix.lower() not in film_suffixes():
            raise UsageError(f"a timelapse is {one_of(film_suffixes())}, not {path.suffix!r}")
        free = resolve_path(path, on_exists)
        self.destination = None if free is None else Destination(free, on_exists, "timelapse")
        self.every = every or max(1, plan.steps // FRAMES)
        self.size = fit_within((plan.width, plan.height), FRAME_EDGE)
        self.draft: Draft | None = None

    @property
    def path(self) -> Path | None:
        """Where it goes; None if it is skipped."""
        return self.destination.path if self.destination else None

    def step(self, step: "Step") -> None:
        """Add a frame if it is time."""
        if self.destination and (step.count % self.every == 0 or step.count == 1):
            self._add(self.destination, step)

    def finish(self, last: "Step") -> Saved | None:
        """End the film, which stands still at its end; return where it is, or None if skipped."""
        if self.destination is None:
            return None
        self._add(self.destination, last, LAST_FRAME)
        assert self.draft is not None
        self.draft.finish()
        return self.destination.keep(self.draft)

    def _add(self, destination: Destination, step: "Step", times: int = 1) -> None:
        self.draft = self.draft or Draft(destination.path, milliseconds=MILLISECONDS)
        frame = resize(picture_of(step), self.size)
        for _ in range(times):
            self.draft.add(frame)

    def close(self) -> None:
        """Let go of what is not finished."""
        if self.draft:
            self.draft.drop()
        self.draft = None


class Films:
    """What is kept on the way. Where it cannot be written it is given up, and the run goes on.

    Args:
        plan: of the run; options with `every` have snapshots, beside the picture if not told where, or a film.
        picture: where the picture will be; None where nothing is to be beside it.
        snapshots: folder, or None.
        timelapse: file, or None.
        on_exists: what to do with those that are there already.

    Raises:
        UsageError: a folder or a file that will not do.
    """

    def __init__(
        self,
        plan: Plan,
        picture: Path | None,
        snapshots: Path | None,
        timelapse: Path | None,
        on_exists: OnExists,
    ) -> None:
        every = plan.options.every
        beside = picture.with_name(f"{picture.stem}-steps") if picture and every and not timelapse else None
        folder = snapshots or beside
        self.snapshots = Snapshots(folder, every, on_exists) if folder else None
        self.timelapse = Timelapse(timelapse, plan, every, on_exists) if timelapse else None
        self.problem: ScumbleError | None = None

    @property
    def products(self) -> list[Product]:
        """All that may be written."""
        snapshots = [self.snapshots.series.product] if self.snapshots else []
        film = self.timelapse.destination if self.timelapse else None
        return [*snapshots, *(film.products if film else [])]

    def step(self, step: "Step") -> Path | None:
        """Take a step; return the path of the snapshot, if one was written."""
        if self.timelapse:
            try:
                self.timelapse.step(step)
            except ScumbleError as problem:
                self.timelapse.close()
                self.problem, self.timelapse = problem, None
        try:
            return self.snapshots.step(step) if self.snapshots else None
        except ScumbleError as problem:
            self.problem, self.snapshots = OutputError(problem.message, problem.hint), None
            return None

    def close(self) -> None:
        """Let others write where the snapshots are, and let go of a film that is not finished."""
        if self.timelapse:
            self.timelapse.close()
        if self.snapshots:
            self.snapshots.series.close()

    def finish(self, last: "Step") -> Path | None:
        """End the timelapse, if there is one; return its path."""
        try:
            saved = self.timelapse.finish(last) if self.timelapse else None
        except ScumbleError as problem:
            self.problem = problem
            return None
        finally:
            self.close()
        if saved is None:
            return None
        self.problem = self.problem or saved.problem
        return saved.path


def preview_of(step: "Step") -> Preview:
    """Return a step's image, small."""
    picture = picture_of(step)
    small = resize(picture, fit_within(picture.size, PREVIEW_EDGE))
    jpeg = outputs["jpeg"]().encode([small])
    return Preview(count=step.count, width=small.width, height=small.height, jpeg=jpeg)
