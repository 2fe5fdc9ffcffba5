"""Backbones that are loaded, kept for the next picture; imports no torch before the first is taken."""

import logging
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from scumble.backbones.cache import present_path
from scumble.errors import UsageError
from scumble.options import Options

if TYPE_CHECKING:
    import torch

    from scumble.backbones.base import Backbone

log = logging.getLogger(__name__)
Reading = tuple[str, str, str, str]  # a backbone's name, pooling, input and device


@dataclass(frozen=True)
class Origin:
    """What a backbone was loaded from: the class, and of the weights file what changes when it is written anew."""

    kind: type
    path: Path
    state: tuple[int, ...]

    @classmethod
    def of(cls, name: str) -> "Origin":
        """Return where a backbone would be loaded from now; opens no file."""
        from scumble.backbones.base import backbones

        path = present_path(name)
        status = path.stat()
        state = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        return cls(backbones[name], path, state)


class Shelf:
    """Holds each backbone that was taken, as it was read and computed, and its weights once.

    A weights file that was written anew is loaded anew.

    Args:
        only_last: hold what the last run took, and let go of what others had taken.
    """

    def __init__(self, *, only_last: bool = False) -> None:
        self.only_last, self.closed = only_last, False
        self._loaded: dict[str, tuple[Origin, Backbone]] = {}
        self._made: dict[tuple[Reading, torch.dtype], Backbone] = {}
        self._lock = RLock()

    def take(
        self, options: Options, device: "torch.device", precision: "torch.dtype | None" = None
    ) -> "Backbone":
        """Return the backbone with the pooling and the input that options ask for; it is others', too.

        Args:
            options: of the run.
            device: where it is to compute.
            precision: what its layers are to compute in; float32 when omitted.

        Raises:
            WeightsError: its weights are not here, or damaged.
            UsageError: the shelf was cleared for good.
        """
        import torch

        from scumble.backbones.variants import computing

        reading = (options.backbone, options.pooling, options.input, str(device))
        key = (reading, precision or torch.float32)
        with self._lock:
            self.require_open()
            base = self._base(options.backbone)
            if self.only_last:
                self._made = {other: made for other, made in self._made.items() if other[0] == reading}
                self._loaded = {options.backbone: self._loaded[options.backbone]}
            if key not in self._made:
                self._made[key] = computing(read_as(base, options), key[1], device)
            return self._made[key]

    def _base(self, name: str) -> "Backbone":
        """Return a backbone as its file has it, loaded anew where that is another than before."""
        from scumble.backbones.weights import load_backbone

        origin = Origin.of(name)
        if name not in self._loaded or self._loaded[name][0] != origin:
            self._made = {other: made for other, made in self._made.items() if other[0][0] != name}
            self._loaded.pop(name, None)  # or both would be in memory
            self._loaded[name] = (origin, load_backbone(name))
            log.debug("loaded the backbone %s from %s", name, origin.path)
        return self._loaded[name][1]

    def require_open(self) -> None:
        """Raise `UsageError` unless something may be taken."""
        if self.closed:
            raise UsageError(
                "the session is closed", "prepare and paint before close(), or make another Session"
            )

    def close(self) -> None:
        """Let go of everything, for good."""
        with self._lock:
            self.closed = True
            self._loaded, self._made = {}, {}


def read_as(backbone: "Backbone", options: Options) -> "Backbone":
    """Return a backbone with the pooling and the input that options ask for."""
    from scumble.backbones.variants import pooling_by, reading_raw, rescaled

    if options.pooling != "own":
        backbone = pooling_by(backbone, options.pooling)
    if options.input == "0-255":
        return rescaled(backbone, backbone.normalization.gain)
    return reading_raw(backbone) if options.input == "raw" else backbone


LAST = Shelf(only_last=True)
"""What runs without a session take from."""
