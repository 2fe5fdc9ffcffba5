"""What is taken from which style, and where it goes."""

from typing import Annotated

from pydantic import Field

from scumble.options.values import STYLES, Part, Shares


class Styles(Part):
    """What is taken from which style, and where it goes."""

    style_weights: Annotated[Shares, STYLES] = Field(
        (), description="Share of each style when there are several, such as 0.7,0.3; equal if not given."
    )
