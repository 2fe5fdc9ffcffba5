"""Each content with each style, with the one of its place, or with all of them; and the rows of lists."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from scumble.batching.sources import Found
from scumble.errors import UsageError, several
from scumble.options import Options

By = Literal["each", "pair", "mix"]


class Row(NamedTuple):
    """What is painted: a content in one style or several that are mixed, with some options.

    Args:
        content: its path.
        styles: theirs.
        folder: where the picture goes, below the folder of all.
        options: many rows share one object.
        output: how the picture is called below the folder of all, if that is said.
    """

    content: str
    styles: tuple[str, ...]
    folder: str
    options: Options
    output: str | None = None


@dataclass(frozen=True)
class Combined:
    """Rows of contents and styles; to be iterated over as often as need be.

    Args:
        contents: in their order.
        styles: in theirs.
        options: of all.
        by: a row for `each` content with each style, a `pair` of each two, or a `mix` of all styles for each content.

    Raises:
        UsageError: pairs of different numbers.
    """

    contents: Sequence[Found]
    styles: Sequence[str]
    options: Options
    by: By = "each"

    def __post_init__(self) -> None:
        if self.by == "pair" and len(self.contents) != len(self.styles):
            counts = several(len(self.contents), "content"), several(len(self.styles), "style")
            raise UsageError(f"pairs of {counts[0]} and {counts[1]}; there must be as many of both")

    def __iter__(self) -> Iterator[Row]:
        for number, content in enumerate(self.contents):
            if self.by == "mix":
                several_at_once: Sequence[tuple[str, ...]] = [tuple(self.styles)]
            elif self.by == "pair":
                several_at_once = [(self.styles[number],)]
            else:
                several_at_once = [(style,) for style in self.styles]
            for styles in several_at_once:
                yield Row(content.path, styles, content.folder, self.options)
