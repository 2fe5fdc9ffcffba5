"""What it is computed with."""

from typing import Annotated, Literal

from pydantic import Field

from scumble.options.values import MACHINE, Part


class Machine(Part):
    """What it is computed with."""

    device: Annotated[Literal["auto", "cpu", "cuda", "mps", "xpu"], MACHINE] = Field(
        "auto", description="Where to compute; auto takes the first there is of cuda, xpu, mps, cpu."
    )
    precision: Annotated[Literal["auto", "float32", "bfloat16"], MACHINE] = Field(
        "auto",
        description="What the network computes in; auto takes bfloat16 where the device has units for it: a GPU, "
        "or a processor with AMX or AVX512-BF16. Image, losses and optimizer stay in float32.",
    )
    max_memory: Annotated[float | None, MACHINE] = Field(
        None,
        gt=0,
        le=1e6,
        description="GB that a run may take, about; larger pictures are painted in tiles. What is free if not given.",
    )
    threads: Annotated[int, MACHINE] = Field(
        0, ge=0, le=1024, description="Processor threads; 0: one for each core, or what OMP_NUM_THREADS says."
    )
