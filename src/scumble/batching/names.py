"""What the picture of a row is called, by a pattern with fields."""

import os
import string
from collections.abc import Callable
from contextlib import suppress

from scumble.batching.rows import Row
from scumble.errors import UnknownName, UsageError
from scumble.outputs.files import writer_for
from scumble.paths import MAX_NAME

USUAL = "{stem}__{style}.png"
FIELDS = ("stem", "ext", "parent", "style", "index", "sha8", "preset")


class Namer:
    """Names pictures.

    Args:
        pattern: with fields, such as `{stem}__{style}.png`; a slash begins a folder.
        digest: tells a content's bytes, for `{sha8}`.

    Raises:
        UnknownName: a field or a suffix that there is not.
        UsageError: what is no pattern, or leads out of the folder.

    Example:
        >>> from scumble.options import Options
        >>> row = Row("photos/cat.JPG", ("wave.png",), "day 1", Options(preset="draft"))
        >>> Namer("{index:03}-{stem}-{ext}-{parent}-{style}-{preset}.webp", str).of(row, 6)
        'day 1/007-cat-JPG-photos-wave-draft.webp'
    """

    def __init__(self, pattern: str, digest: Callable[[str], str]) -> None:
        self.digest = digest
        try:
            self.parts = [part[:3] for part in string.Formatter().parse(pattern)]
            self.fields = {field for _, field, _ in self.parts if field is not None}
            for field in sorted(self.fields):
                if field not in FIELDS:
                    raise UnknownName("field", field, FIELDS, "a name such as {stem}__{style}.png")
            self.filled({field: 1 if field == "index" else "x" for field in self.fields})
        except ValueError as error:
            raise UsageError(f"the name {pattern!r} is no pattern: {error}", USUAL) from error
        writer_for(pattern)
        if pattern.startswith("/") or ".." in pattern.split("/"):
            raise UsageError(f"the name {pattern!r} leads out of the folder of the results", USUAL)

    def of(self, row: Row, index: int) -> str:
        """Return the name of a row's picture below the folder of all, `index` counting from 0."""
        if row.output is not None:
            return row.output
        stem, ext = split(row.content)
        values: dict[str, object] = {
            "stem": stem, "ext": ext[1:], "index": index + 1, "preset": row.options.preset, "sha8": "unread",
            "style": "+".join([split(style)[0] for style in row.styles]),
        }  # fmt: skip
        if "parent" in self.fields:
            values["parent"] = os.path.basename(os.path.dirname(os.path.abspath(row.content)))
        if "sha8" in self.fields:
            with suppress(OSError):
                values["sha8"] = self.digest(row.content)[:8]
        return os.path.join(row.folder, shortened(self.filled(values)))

    def filled(self, values: dict[str, object]) -> str:
        """Return the pattern with values in the place of fields."""
        found = []
        for text, field, spec in self.parts:
            found.append(text)
            if field is not None:
                found.append(format(values[field], spec or ""))
        return "".join(found)


def split(path: str) -> tuple[str, str]:
    """Return a file's name without its folder and suffix, and the suffix."""
    return os.path.splitext(os.path.basename(path))


def shortened(name: str) -> str:
    """Return a name that file systems take: its last part is cut before the suffix where it is too long."""
    if len(name) < MAX_NAME // 4:
        return name
    folder, base = os.path.split(name)
    stem, ext = split(base)
    cut = os.fsencode(stem)[: MAX_NAME - len(ext)].decode(errors="surrogateescape")
    return os.path.join(folder, cut + ext)
