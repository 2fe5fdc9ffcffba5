"""The contact sheet of a batch: its pictures on one sheet of paper, to choose from."""

import os
from pathlib import Path

from PIL import Image

from scumble.batching.places import Places
from scumble.batching.plan import Batch
from scumble.errors import ScumbleError, UsageError
from scumble.executors.base import JobResult
from scumble.image.files import read_picture
from scumble.image.resize import fit_within, resize
from scumble.image.sheet import wrapped

MOST = 400  # pictures of a sheet: twenty rows of twenty
WIDTH = 256  # of a picture there, in pixels


class Contact:
    """Collects the pictures of a batch, those that were there already, too.

    Args:
        width: of each, in pixels.
    """

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width
        self.small: dict[int, tuple[str, Image.Image]] = {}  # by the place in the batch
        self.left_out = 0

    def add(self, result: JobResult) -> None:
        """Take a picture that is there; of more than `MOST`, those that are finished first."""
        if result.path is None or result.status == "failed":
            return
        if len(self.small) == MOST:
            self.left_out += 1
            return
        try:
            picture = read_picture(result.path).rgb
        except ScumbleError:  # gone by now
            return
        size = fit_within(picture.size, 2 * self.width)
        self.small[result.number] = (result.path.name, resize(picture, size))

    def sheet(self) -> Image.Image | None:
        """Return the sheet, in the order of the batch; None where there is no picture."""
        if not self.small:
            return None
        names, pictures = zip(*(self.small[number] for number in sorted(self.small)), strict=True)
        return wrapped(pictures, names, self.width)


def require_apart(sheet: Path, batch: Batch) -> None:
    """Raise `UsageError` where the sheet would be one of the pictures, or one that is read."""
    place = Places()
    here = place(os.fspath(sheet))
    for row, path, _ in batch.outputs():
        if here in (place(path), place(row.content), *map(place, row.styles)):
            raise UsageError(
                f"the sheet {os.fspath(sheet)!r} is a picture of the batch, too", "--sheet ANOTHER"
            )
