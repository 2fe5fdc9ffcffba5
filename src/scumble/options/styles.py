"""What is taken from which style, and where it goes."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from scumble.options.values import STYLES, Boxes, Factors, Few, Files, Part, Shares, listed, parse_numbers

Turns = Annotated[
    tuple[Literal["90", "180", "270", "flip"], ...],
    Few,
    BeforeValidator(parse_numbers),
    listed("TURNS"),
]


class Styles(Part):
    """What is taken from which style, and where it goes."""

    style_weights: Annotated[Shares, STYLES] = Field(
        (), description="Share of each style when there are several, such as 0.7,0.3; equal if not given."
    )
    style_scale: Annotated[Factors, STYLES] = Field(
        (1.0,),
        min_length=1,
        description="Size of the brush strokes, 0.05 to 20: how large a style is beside the picture; one number, or "
        "one for each style.",
    )
    style_crop: Annotated[Boxes, STYLES] = Field(
        (),
        description="Part of a style that counts: left, top, right and bottom as parts of its sides, such as "
        "0,0,0.5,1; one box, or one for each style after semicolons. Not given: what is inside of its frame, if any.",
    )
    style_turns: Annotated[Turns, STYLES] = Field(
        (),
        description="Turned copies of the styles that count as well: degrees 90, 180, 270, and flip to mirror.",
    )
    content_mask: Annotated[Files, STYLES] = Field(
        (),
        description="Picture of where to paint: white is painted, black left untouched; one for each style, the "
        "flag given for each, says where that one goes; or one in colors, with style masks in the same colors.",
    )
    style_mask: Annotated[Files, STYLES] = Field(
        (),
        description="Picture of what to take from each style: white counts; none for a style that counts as a whole. "
        "The flag is given for each style.",
    )
    feather: Annotated[float, STYLES] = Field(
        1.0,
        ge=0,
        le=50,
        description="Width over which what is painted fades into what is left untouched, inside its mask, in "
        "hundredths of the long edge.",
    )
