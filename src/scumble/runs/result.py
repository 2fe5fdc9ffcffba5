"""What a run gives: a picture that knows what made it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from scumble.outputs.base import outputs
from scumble.paths import as_path
from scumble.record import Record
from scumble.saving.files import write
from scumble.saving.on_exists import OnExists
from scumble.saving.products import Product, keep_apart


@dataclass(frozen=True)
class Result:
    """A painted picture and what made it."""

    image: Image.Image  # RGB, or RGBA where the content had an alpha channel
    record: Record
    reads: Sequence[Path] = field(default=(), repr=False)  # files that it was painted from

    def save(
        self, path: str | os.PathLike[str], *, on_exists: OnExists = "overwrite", record: bool = True
    ) -> Path | None:
        """Write the picture, whole or not at all, and return its path.

        Args:
            path: where to; the suffix says the format.
            on_exists: `error`, `rename`, `overwrite` or `skip`; the path is None when skipped.
            record: whether to put the record into a PNG, or into a JSON file beside other formats.

        Raises:
            UsageError: the suffix is none of ours, there is no such folder, or it is a file that was painted from.
            OutputError: it could not be written; a file that was there before is intact.
        """
        if on_exists == "overwrite":
            keep_apart([Product("output", as_path(path))], self.reads)
        return write(path, [self.image], self.record if record else None, on_exists=on_exists)

    def __repr__(self) -> str:
        """Return the size, the steps and the total in a line; `record` has the rest."""
        total = self.record.costs.get("total", 0.0)
        return f"<Result {self.record.width} x {self.record.height}, {self.record.steps} steps, total {total:.4g}>"

    def to_pil(self) -> Image.Image:
        """Return a copy of the picture."""
        return self.image.copy()

    def _repr_png_(self) -> bytes:
        """Show the picture in a notebook."""
        return outputs["png"]().encode([self.image], self.record.to_json())
