"""What the picture is to be."""

from typing import Annotated

from cyclopts import Parameter
from pydantic import BeforeValidator, Field

from scumble.options.paper import DPI, PATTERN
from scumble.options.values import LOOK, Part, as_size, as_text


class Look(Part):
    """What the picture is to be."""

    preset: Annotated[str, LOOK] = Field(
        "default", description="Named set of options to start from; see `scumble presets`."
    )
    size: Annotated[str, BeforeValidator(as_size), LOOK] = Field(
        "512",
        pattern=PATTERN,
        description="Long edge of the result in pixels, 1 to 16384; or WIDTHxHEIGHT, which stretches "
        "content and style to just that. Or of a print: 30cm, 30x20cm, 12in, 300mm; A0 to A6, letter or legal, "
        "into which it fits.",
    )
    dpi: Annotated[int | None, LOOK] = Field(
        None,
        ge=20,
        le=2400,
        description=f"Dots per inch, 20 to 2400, written into the picture so that it is printed in its size; of a "
        f"size in pixels none, of a print's {DPI}, if not given.",
    )
    strength: Annotated[float, LOOK] = Field(
        50.0,
        ge=0,
        le=100,
        description="How much style, 0 to 100: 0 returns the content, 50 weighs as the preset says, "
        "100 is pure texture.",
    )
    regions: Annotated[str, BeforeValidator(as_text), LOOK] = Field(
        "auto",
        pattern=r"^(auto|off|[1-8])$",
        description="Pair the regions of content and styles, so that sky is painted like sky: auto, off, or how many "
        "at most, 1 to 8.",
    )
    detail: Annotated[float, LOOK] = Field(
        100.0,
        ge=0,
        le=100,
        description="How much of the content's fine structure stays, 0 to 100: at 0 large forms alone, redrawn by "
        "the brush, at 100 all that the camera saw.",
    )
    figures: Annotated[float, LOOK] = Field(
        100.0,
        ge=0,
        le=100,
        description="How much of a style's figures is painted, its faces, suns and signatures, 0 to 100: at 0 what "
        "is found nowhere else in the style does not count for shapes, at 100 it counts like all else.",
    )
    bleed: Annotated[float, LOOK] = Field(
        0.8,
        ge=0,
        le=25,
        description="How far beyond its edges the picture is painted, in hundredths of the long edge; cut off in the "
        "end, so that strokes go on to the edge.",
    )
    start: Annotated[str, LOOK, Parameter(alias="--init")] = Field(
        "content",
        min_length=1,
        description="What the picture is before the first step: content, style, noise, noisy-content, "
        "or the path of a picture.",
    )
    previous: Annotated[str | None, LOOK] = Field(
        None,
        min_length=1,
        description="Path of a picture that the loss previous keeps near, such as the frame before, its things moved "
        "to where they are now; as --weight.previous says.",
    )
    previous_mask: Annotated[str | None, LOOK] = Field(
        None,
        min_length=1,
        description="Path of a mask for it: white where it is to be trusted, black where it says nothing.",
    )
    noise_ratio: Annotated[float, LOOK] = Field(
        0.5, ge=0, le=1, description="noisy-content: share of mean color in place of the content, 0 to 1."
    )
    noise_amplitude: Annotated[float, LOOK] = Field(
        0.25, ge=0, le=1, description="noisy-content: uniform noise of plus or minus this, 0 to 1."
    )
    seed: Annotated[int, LOOK] = Field(0, ge=0, le=2**63 - 1, description="Of the noise.")
