"""How the picture is looked for."""

from typing import Annotated

from pydantic import Field

from scumble.options.values import SEARCH, Counts, Part
from scumble.registry import names


class Search(Part):
    """How the picture is looked for."""

    way: Annotated[str, SEARCH] = Field(
        "optimize",
        description=f"How it is painted, one of {', '.join(names('ways'))}: update by update, or colors alone.",
    )
    optimizer: Annotated[str, SEARCH] = Field(
        "lbfgs", description=f"One of {', '.join(names('optimizers'))}."
    )
    steps: Annotated[Counts, SEARCH] = Field(
        (60, 40, 25, 15),
        min_length=1,
        description="Updates at each scale, coarse to fine; the last number serves all further scales.",
    )
    plateau: Annotated[float, SEARCH] = Field(
        1e-4,
        ge=0,
        le=1,
        description="A scale ends early when 20 steps lower the total by less than this share. 0 makes all steps, "
        "unless none moves a pixel any more, which is noted.",
    )
    coarsest: Annotated[int, SEARCH] = Field(
        128,
        ge=0,
        le=16384,
        description="Long edge of the coarsest scale in pixels, about; sizes double from there. "
        "0 paints at full size alone.",
    )
    rate: Annotated[float | None, SEARCH] = Field(
        None,
        gt=0,
        le=1e6,
        description="Step length, where pixels are 0 to 1; the optimizer's own if not given.",
    )
    history: Annotated[int, SEARCH] = Field(
        10, ge=1, le=100, description="lbfgs: updates it remembers, 1 to 100, two pictures of memory each."
    )
    evaluations: Annotated[int, SEARCH] = Field(
        0,
        ge=0,
        le=1000,
        description="lbfgs: a step goes on updating until it has used so many evaluations, no more; 0: one update.",
    )
    clip: Annotated[bool, SEARCH] = Field(
        False, description="Clip pixels to [0, 1] after each step, not only at the end."
    )
    every: Annotated[int, SEARCH] = Field(
        0, ge=0, le=1_000_000, description="A snapshot each so many steps; 0: one at the end of each scale."
    )
