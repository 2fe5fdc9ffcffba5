"""Lists of pictures to paint: CSV with a head, or a JSON object in each line, read row by row."""

import csv
import errno
import json
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from scumble.batching.rows import Row
from scumble.batching.sources import folder_kept
from scumble.errors import ScumbleError, UnknownName, UsageError
from scumble.options import Options
from scumble.paths import as_path

SUFFIXES = (".csv", ".tsv", ".jsonl")
OWN = ("content", "style", "output")
LONGEST = 2**20  # characters of a line of JSON
MOST = 1000  # settings that are remembered


class Manifest:
    """The rows of a list; to be iterated over as often as need be, and never held as a whole.

    Columns are `content`, `style`, `output`, of which only the first must be there, and options, `weight.gram` among
    them; what is empty is not said. Paths are relative to the list's folder, outputs to that of the results.

    Args:
        path: of the list.
        styles: where a row says none: a row for each of them.
        options: of all; a row's go over them.
        mix: whether such styles are mixed instead.

    Raises:
        UsageError: as it is iterated over, for the first row that is wrong, with its number.
    """

    def __init__(self, path: Path, styles: Sequence[str], options: Options, *, mix: bool = False) -> None:
        self.path, self.options = path, options
        self.styles = [tuple(styles)] if mix and styles else [(style,) for style in styles]
        self._settled: dict[str, Options] = {}

    def __iter__(self) -> Iterator[Row]:
        last = 0
        try:
            for number, values in self._rows():
                last = number
                yield from self._of(values)
        except ScumbleError as error:
            message = f"line {last} of {str(self.path)!r}: {error.message}"
            raise UsageError(message, error.hint) from error
        except (OSError, ValueError, RecursionError, csv.Error) as error:
            why = getattr(error, "strerror", None) or error
            raise UsageError(f"{str(self.path)!r} cannot be read after line {last}: {why}") from error

    def _rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the number of each line, from 1, and what it says by name."""
        if self.path.exists() and not self.path.is_file():  # a pipe would be waited for, and read but once
            raise OSError(errno.EINVAL, "it is no file")
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            if self.path.suffix.lower() == ".jsonl":
                for number, line in enumerate(iter(partial(file.readline, LONGEST), ""), 1):
                    if len(line) == LONGEST:
                        raise UsageError(f"the line after {number - 1} has {LONGEST} characters or more")
                    if line.strip():
                        values = json.loads(line)
                        if not isinstance(values, dict):
                            raise UsageError(f"{line.strip()[:40]!r} is no JSON object")
                        yield number, values
                return
            lines = csv.reader(file, delimiter="\t" if self.path.suffix.lower() == ".tsv" else ",")
            head = [name.strip() for name in next(lines, [])]
            for cells in lines:
                if len(cells) > len(head):
                    raise UsageError(
                        f"{len(cells)} cells follow a line {lines.line_num} of {len(head)} names"
                    )
                if any(cells):
                    yield lines.line_num, dict(zip(head, cells, strict=False))

    def _of(self, values: dict[str, Any]) -> Iterator[Row]:
        """Yield the rows that a line stands for.

        Raises:
            UsageError: it says no content, no style, or an output elsewhere.
            BadOption, UnknownName: an option that does not exist, or a value that it does not take.
        """
        content = values.pop("content", None)
        style, output = values.pop("style", None) or (), values.pop("output", None) or None
        options = self._options(values)
        if not isinstance(content, str) or not content:
            raise UsageError(
                "there is no content", "the first line of a CSV names the columns: content,style"
            )
        own = [style] if isinstance(style, str) else style
        if not isinstance(own, list | tuple) or not all(isinstance(one, str) and one for one in own):
            raise UsageError("the style should be a path, or in JSON a list of them")
        styles = [tuple(map(self._found, own))] if own else self.styles
        if not styles:
            raise UsageError("there is no style", "a column style, or --style")
        if output is not None and not stays(output):
            raise UsageError(f"the output {output!r} does not lie in the folder of the results")
        for one in styles:
            yield Row(self._found(content), one, folder_kept(content), options, output)

    def _found(self, name: str) -> str:
        """Return a path that is relative to the list as one that is relative to the current folder."""
        return os.fspath(self.path.parent / as_path(name))

    def _options(self, values: dict[str, Any]) -> Options:
        """Return the options of a row, the same object for the same values."""
        values = {name: value for name, value in values.items() if value not in ("", None)}
        if not values:
            return self.options
        told = json.dumps(values)
        if told not in self._settled:
            if len(self._settled) >= MOST:
                self._settled.clear()
            self._settled[told] = self.options.replace(**by_name(values))
        return self._settled[told]


def by_name(values: dict[str, Any]) -> dict[str, Any]:
    """Return options by name, `style-scale` as `style_scale`, those of `weight.gram` and its like together.

    Raises:
        UnknownName: there is no such option.
    """
    found: dict[str, Any] = {}
    for column, value in values.items():
        name, _, loss = column.replace("-", "_").partition(".")
        if name not in Options.model_fields:
            raise UnknownName("column", column, [*OWN, *Options.model_fields])
        if loss:
            found.setdefault(name, {})[column.partition(".")[2].replace("-", "_")] = value
        else:
            found[name] = value
    return found


def stays(output: object) -> bool:
    """Return whether an output lies in the folder that it is relative to."""
    return isinstance(output, str) and not os.path.isabs(output) and ".." not in output.split("/")


def is_manifest(name: str) -> bool:
    """Return whether a name is that of a list."""
    return name.lower().endswith(SUFFIXES)
