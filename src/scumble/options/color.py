"""Whose colors the picture has."""

from typing import Annotated, Literal

from pydantic import Field

from scumble.options.values import COLOR, Part


class Color(Part):
    """Whose colors the picture has."""

    color: Annotated[Literal["style", "content", "match", "luma", "only"], COLOR] = Field(
        "style",
        description="Whose colors the picture has: the style's; the content's, given back after painting (content), "
        "given to the style before (match), or kept pixel by pixel under the painted lightness (luma); only: the "
        "style's colors and no strokes.",
    )
    color_amount: Annotated[float, COLOR] = Field(
        1.0, ge=0, le=1, description="How much of that, 0 to 1; 0 is as style, for only the content itself."
    )
    recolor: Annotated[float, COLOR] = Field(
        1.0,
        ge=0,
        le=1,
        description="How far the content is given the styles' colors before it is painted, 0 to 1; below strength 16 "
        "less.",
    )
