"""Where the handwritten pages explain a thing: under the heading that holds its literal name in backticks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1]
FENCE = re.compile(r"^(```|~~~|:::)")
HEADING = re.compile(r"^#{1,4} (.+)$")
NAME = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Section:
    """A heading of a page, such as `guides/settings`."""

    page: str
    title: str

    @property
    def anchor(self) -> str:
        """The end of its address, as MyST and GitHub make it from the title.

        Example:
            >>> Section("guides/settings", "How much style: `--strength`").anchor
            'how-much-style---strength'
        """
        return re.sub(r"[^\w\- ]", "", self.title.strip().lower()).replace(" ", "-")


def handwritten(docs: Path = DOCS) -> list[Path]:
    """Return the pages that explain: guides, then concepts."""
    return [*sorted((docs / "guides").glob("*.md")), *sorted((docs / "concepts").glob("*.md"))]


def sections(path: Path, docs: Path = DOCS) -> Iterator[Section]:
    """Yield the headings of a page, leaving out what looks like one in a block of code."""
    within = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if FENCE.match(line):
            within = not within
        elif not within and (found := HEADING.match(line)):
            yield Section(path.relative_to(docs).with_suffix("").as_posix(), found[1])


def explained(docs: Path = DOCS) -> dict[str, Section]:
    """Return for each literal name in a heading the first section that has it."""
    found: dict[str, Section] = {}
    for path in handwritten(docs):
        for section in sections(path, docs):
            for name in NAME.findall(section.title):
                found.setdefault(name, section)
    return found
