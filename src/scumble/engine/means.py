"""What a run computes with: settled when it begins, and told to its record."""

from collections.abc import Callable
from dataclasses import dataclass

from scumble.backbones.base import Backbone
from scumble.machine.arithmetic import arithmetic
from scumble.machine.device import thread_count


@dataclass(frozen=True)
class Means:
    """What a run computes with.

    Args:
        device: its kind, such as `cpu`.
        precision: what the network computes in.
        threads: of the processor.
        arithmetic: what the processor computes with; nothing on a GPU.
        weights_sha256: of the file that the backbone's weights were loaded from.
    """

    device: str
    precision: str
    threads: int
    arithmetic: tuple[str, ...]
    weights_sha256: str

    @classmethod
    def of(cls, backbone: Backbone, threads: int) -> "Means":
        """Return what is computed with, now, by a backbone and as many threads as were asked for."""
        kind = backbone.device.type
        told = arithmetic().told() if kind == "cpu" else ()
        precision = str(backbone.precision).removeprefix("torch.")
        return cls(kind, precision, thread_count(threads), told, backbone.weights_sha256)


Tell = Callable[[Means], object]
