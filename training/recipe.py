"""Every choice of a training run, once: flags, log and checkpoint come from here."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

COMPACT = "16,16/32,32/64,64/128,128/128"
ENDLESS = 10**9  # updates: where minutes are given, time alone ends the run

DATA, NETWORK, COURSE, LOSS = (Group(name) for name in ("Pictures", "Network", "Course", "Loss"))


@Parameter(name="*")
@dataclass(frozen=True)
class Recipe:
    """How to train."""

    pictures: Annotated[tuple[Path, ...], Parameter(group=DATA, help="folders of pictures")]
    teacher: Annotated[Path, Parameter(group=DATA, help="safetensors file of the teacher")]
    out: Annotated[Path, Parameter(group=COURSE, help="folder of checkpoint, log and result")] = Path(
        "runs/compact"
    )
    steps: Annotated[int, Parameter(group=COURSE, help="updates in all")] = 5000
    minutes: Annotated[
        float | None,
        Parameter(group=COURSE, help="time of all updates, in place of --steps; the rate follows the clock"),
    ] = None
    batch: Annotated[int, Parameter(group=COURSE, help="crops in one update")] = 12
    side: Annotated[int, Parameter(group=DATA, help="side of a crop, pixels, 32 at least")] = 128
    scales: Annotated[
        tuple[float, float], Parameter(group=DATA, help="least and most that a crop is reduced by")
    ] = (0.4, 3.0)
    rate: Annotated[
        float, Parameter(group=COURSE, help="highest learning rate of the one-cycle schedule")
    ] = 3e-3
    seed: Annotated[int, Parameter(group=COURSE, help="of crops and first weights")] = 0
    workers: Annotated[
        int, Parameter(group=DATA, help="processes that cut crops; -1: one, more for a GPU")
    ] = -1
    until: Annotated[
        int | None, Parameter(group=COURSE, help="leave off at this update, to go on another time")
    ] = None
    held_out: Annotated[
        int, Parameter(group=DATA, help="crops of pictures never trained on, to validate with")
    ] = 64
    every: Annotated[int, Parameter(group=COURSE, help="updates from one validation to the next")] = 250
    widths: Annotated[
        str, Parameter(group=NETWORK, help="channels of each convolution; / where a block ends")
    ] = COMPACT
    pooling: Annotated[
        Literal["average", "max"], Parameter(group=NETWORK, help="how the student halves its maps")
    ] = "average"
    start: Annotated[
        Path | None,
        Parameter(name="--from", group=NETWORK, help="exported file whose convolutions to go on from"),
    ] = None
    backbone: Annotated[
        str, Parameter(group=NETWORK, help="name that the exported file has in its header")
    ] = "compact"
    teacher_pooling: Annotated[
        Literal["max", "blurred"],
        Parameter(group=LOSS, help="blurred: maxima without the grid they are taken on"),
    ] = "max"
    covariance: Annotated[
        float, Parameter(group=LOSS, help="weight of the covariances that the heads predict")
    ] = 0.0
    kernel: Annotated[
        float, Parameter(group=LOSS, help="weight of the inner products of the student's own features")
    ] = 0.0
    gradient: Annotated[
        float,
        Parameter(
            group=LOSS, help="weight of the pull of features on the picture, on 2 crops of each update"
        ),
    ] = 0.3
    arithmetic: Annotated[
        Literal["auto", "float32", "bfloat16"],
        Parameter(group=COURSE, help="auto: bfloat16 where the hardware has it"),
    ] = "auto"

    def __post_init__(self) -> None:
        for folder in self.pictures:
            if not folder.is_dir():
                raise SystemExit(f"error: there is no folder {folder}\nhint: any folders of pictures serve")
        if not self.teacher.is_file():
            raise SystemExit(
                f"error: there is no teacher at {self.teacher}\n"
                "hint: it is a file of weights, which is not part of this repository; training/README.md says which"
            )
        if (
            self.side < 32
            or self.steps < 1
            or min(self.batch, self.held_out) < 1
            or not 0 < self.scales[0] <= self.scales[1]
        ):
            raise SystemExit(
                "error: --side is 32 at least, --steps, --batch and --held-out 1, --scales two sizes, small to large"
            )

    @property
    def last_step(self) -> int:
        """The update to leave off at."""
        steps = ENDLESS if self.minutes else self.steps
        return steps if self.until is None else min(self.until, steps)

    def told(self) -> dict[str, Any]:
        """Return all choices as plain values, folders and files by their last names, for log and header."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.name if isinstance(value, Path) else value


def one_cycle(progress: float) -> tuple[float, float]:
    """Return learning rate, relative to the highest, and momentum: up for a tenth of the way, then down.

    Cosines from 1/25 to 1 to 4e-6 of the rate, and from 0.95 to 0.85 to 0.95 of the momentum.

    Args:
        progress: share of the run that is done, 0 to 1.

    Reference:
        Smith and Topin: Super-Convergence (2017), https://arxiv.org/abs/1708.07120
    """
    rising = progress < 0.1
    share = progress / 0.1 if rising else (min(progress, 1.0) - 0.1) / 0.9
    fall = (1 + math.cos(math.pi * share)) / 2  # 1 to 0
    low = 1 / 25 if rising else 1 / 25e4
    height = 1 - fall if rising else fall
    return low + (1 - low) * height, 0.95 - 0.1 * height
