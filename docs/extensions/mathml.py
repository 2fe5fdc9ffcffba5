"""Formulae as MathML, which browsers draw themselves: no script, no picture, no network.

Docutils, on which Sphinx stands, translates LaTeX; Sphinx itself only offers it to scripts and to picture makers.
"""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

TWO_DIGITS = re.compile(
    r"(\\[dt]?frac)\s*(\d)(\d)"
)  # TeX reads \frac12 as a half, docutils as twelve over what follows

logger = logging.getLogger(__name__)


def mathml(tex: str, *, block: bool, place: nodes.Node | None = None) -> str:
    r"""Return a formula as MathML; one that cannot be translated is a warning, and shown as it is written.

    Example:
        >>> mathml(r"\frac12", block=False).split()[1:3]
        ['<mfrac>', '<mn>1</mn>']
    """
    try:
        return str(tex2mathml(TWO_DIGITS.sub(r"\1{\2}{\3}", tex), as_block=block))
    except MathError as error:
        logger.warning("no formula: %s in %s", error, tex, location=place)
        return f"<code>{nodes.unescape(tex)}</code>"


def inline(writer: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    writer.body.append(mathml(node.astext(), block=False, place=node))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula of its own."""
    writer.body.append(f'<div class="math">{mathml(node.astext(), block=True, place=node)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer as `mathml`."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
