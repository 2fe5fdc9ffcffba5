"""Pictures on the way: snapshots as files, and a timelapse."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from scumble.engine.plan import Plan
from scumble.errors import OutputError, OutputExists, ScumbleError, UsageError
from scumble.image.resize import fit_within, resize
from scumble.outputs.files import OnExists, resolve_path, write, writers_by_suffix

if TYPE_CHECKING:
    from scumble.engine.run import Step

FRAMES = 48  # of a timelapse, where the options do not say how often
MAX_FRAMES = 240  # then every other one is left out
FRAME_EDGE = 640  # pixels; a longer film of larger frames would fill the memory
MILLISECONDS = 120
LAST_FRAME = 12  # frames for which the finished picture stands


def picture_of(step: "Step") -> Image.Image:
    """Return a step's image as a picture."""
    from scumble.image.tensors import to_picture

    return to_picture(step.image)


def free_folder(folder: Path, purpose: str, on_exists: OnExists) -> Path:
    """Return the folder to write to, decided before any work is done.

    Args:
        folder: may be there or not.
        purpose: what it is for, such as `snapshots`.
        on_exists: what to do if it holds something; `rename` takes `folder-2` and so on.

    Raises:
        UsageError: it is a file, or cannot be made.
        OutputExists: it holds something already, and `on_exists` is `error`.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"the folder for {purpose}, {str(folder)!r}, is a file")
    above = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError(f"the folder for {purpose}, {str(folder)!r}, cannot be made in {str(above)!r}")
    if on_exists in ("overwrite", "skip") or not folder.exists() or not any(folder.iterdir()):
        return folder
    if on_exists == "error":
        raise OutputExists(f"the folder {str(folder)!r} is not empty", "--on-exists rename|overwrite")
    number = 2
    while (other := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return other


def make_folder(folder: Path) -> None:
    """Make a folder and those above it.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from error


class Snapshots:
    """Write a picture every so many steps, or at the end of each scale, to `step-0020.png` and so on."""

    def __init__(self, folder: Path, every: int, on_exists: OnExists) -> None:
        self.folder = free_folder(folder, "snapshots", on_exists)
        self.every, self.on_exists = every, on_exists

    def step(self, step: "Step") -> Path | None:
        """Write the picture if it is time; return its path."""
        if not (step.count % self.every == 0 if self.every else step.finished_scale):
            return None
        make_folder(self.folder)
        path = self.folder / f"step-{step.count:04d}.png"
        return write(
            path, [picture_of(step)], on_exists="overwrite" if self.on_exists == "overwrite" else "skip"
        )


class Timelapse:
    """Collect frames and write them as a film; an error is raised at once if the film cannot be written."""

    def __init__(self, path: Path, plan: Plan, every: int, on_exists: OnExists) -> None:
        films = [suffix for suffix, writer in writers_by_suffix().items() if writer.animated]
        if path.suffix.lower() not in films:
            raise UsageError(f"a timelapse is {' or '.join(films)}, not {path.suffix!r}")
        self.path, self.on_exists = resolve_path(path, on_exists), on_exists
        self.every = every or max(1, plan.steps // FRAMES)
        self.size = fit_within((plan.width, plan.height), FRAME_EDGE)
        self.frames: list[Image.Image] = []

    def step(self, step: "Step") -> None:
        """Keep a frame if it is time."""
        if self.path is None or (step.count % self.every and step.count != 1):
            return
        self.frames.append(resize(picture_of(step), self.size))
        if len(self.frames) > MAX_FRAMES:
            self.frames, self.every = self.frames[::2], self.every * 2

    def finish(self, last: "Step") -> Path | None:
        """Write the film, which stands still at its end; return its path, or None if skipped."""
        if self.path is None:
            return None
        end = resize(picture_of(last), self.size)
        return write(self.path, [*self.frames, *[end] * LAST_FRAME], None, MILLISECONDS, self.on_exists)


class Films:
    """What is kept on the way. Where it cannot be written it is given up, and the run goes on.

    Args:
        plan: of the run; options with `every` have snapshots, beside the picture if not told where, or a film.
        picture: where the picture will be.
        snapshots: folder, or None.
        timelapse: file, or None.
        on_exists: what to do with those that are there already.

    Raises:
        UsageError: a folder or a file that will not do.
    """

    def __init__(
        self, plan: Plan, picture: Path, snapshots: Path | None, timelapse: Path | None, on_exists: OnExists
    ) -> None:
        every = plan.options.every
        beside = picture.with_name(f"{picture.stem}-steps") if every and not timelapse else None
        folder = snapshots or beside
        self.snapshots = Snapshots(folder, every, on_exists) if folder else None
        self.timelapse = Timelapse(timelapse, plan, every, on_exists) if timelapse else None
        self.problem: ScumbleError | None = None

    def step(self, step: "Step") -> Path | None:
        """Take a step; return the path of the snapshot, if one was written."""
        if self.timelapse:
            self.timelapse.step(step)
        try:
            return self.snapshots.step(step) if self.snapshots else None
        except ScumbleError as problem:
            self.problem, self.snapshots = problem, None
            return None

    def finish(self, last: "Step") -> Path | None:
        """Write the timelapse, if there is one; return its path."""
        try:
            return self.timelapse.finish(last) if self.timelapse else None
        except ScumbleError as problem:
            self.problem = problem
            return None
