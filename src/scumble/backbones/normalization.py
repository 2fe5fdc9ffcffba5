"""The input that a weights file expects, and the conventions of the files that people have; no torch."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from scumble.errors import WeightsError

Positive = Annotated[float, Field(gt=0, le=1e6)]
Finite = Annotated[float, Field(ge=-1e6, le=1e6)]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Normalization:
    """The input that a weights file expects, written in its header.

    An RGB image in [0, 1] becomes `(image[channels] * scale - mean) / std`; `mean` and `std` are in the
    file's own channel order and scale. `gain` is what its activations are multiplied with to be in the units
    of the classic networks, which read mean-subtracted pixels of 0 to 255.

    Example:
        >>> KERAS.channels, KERAS.mean
        ('bgr', (103.939, 116.779, 123.68))
        >>> Normalization.from_json(TORCHVISION.to_json()) == TORCHVISION
        True
    """

    channels: Literal["rgb", "bgr"] = "rgb"
    scale: Positive = 1.0
    mean: tuple[Finite, Finite, Finite] = (0.485, 0.456, 0.406)
    std: tuple[Positive, Positive, Positive] = (0.229, 0.224, 0.225)
    gain: Positive = 1.0

    def to_json(self) -> str:
        """Return the text for a header."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Normalization":
        """Return what a header says; it may come from anywhere, so each field is checked.

        Raises:
            WeightsError: a field is missing the range or the type that it must have.
        """
        try:
            return TypeAdapter(cls).validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            raise WeightsError(f"the header's normalization is wrong: {where}: {first['msg']}") from error


# The classic units are 0 to 255; these are divided by 255 and then by 0.226 on average.
TORCHVISION = Normalization(gain=255 * (0.229 + 0.224 + 0.225) / 3)
KERAS = Normalization("bgr", 255.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0))
MATCONVNET = replace(KERAS, channels="rgb", mean=(123.68, 116.779, 103.939))
