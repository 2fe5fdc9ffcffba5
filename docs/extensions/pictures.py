"""Pictures that are made when the site is built, and lie nowhere else.

A page says `*what it shows* <!-- ../_pictures/TOPIC.png -->`: where the repository is read, the words stand there,
and no broken picture; on the site, the picture does. A line that ends in `<!-- only in the repository -->` is not on
the site.
"""

import re

from sphinx.application import Sphinx

PICTURE = re.compile(r"\*([^*\n]+)\* <!-- (\S*_pictures/\S+\.png) -->")
ELSEWHERE = re.compile(r"^.*<!-- only in the repository -->\n", re.MULTILINE)


def as_on_the_site(text: str) -> str:
    """Return a page with its pictures in the place of what is said of them.

    Example:
        >>> as_on_the_site("| *A cat* <!-- ../_pictures/cat.png --> |")
        '| ![A cat](../_pictures/cat.png) |'
    """
    return PICTURE.sub(r"![\1](\2)", ELSEWHERE.sub("", text))


def read(_: Sphinx, page: str, source: list[str]) -> None:
    """Change what Sphinx has read of a page."""
    del page
    source[0] = as_on_the_site(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Let every page be changed once it is read."""
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
