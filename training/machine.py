"""What a run computes on: a GPU where there is one, else the processor; bfloat16 where the hardware has it."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

BFLOAT16_UNITS = ("amx_bf16", "avx512_bf16")


@dataclass(frozen=True)
class Machine:
    """A device, and the numbers to compute with.

    Args:
        device: where to compute.
        bfloat16: convolutions in bfloat16; weights, errors and updates stay in float32.
    """

    device: torch.device
    bfloat16: bool

    @classmethod
    def found(cls, arithmetic: str = "auto") -> "Machine":
        """Return this machine's fastest device."""
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        has = torch.cuda.is_bf16_supported() if device.type == "cuda" else _processor_has_bfloat16()
        return cls(device, has if arithmetic == "auto" else arithmetic == "bfloat16")

    @property
    def is_gpu(self) -> bool:
        """Whether data has to be carried there."""
        return self.device.type != "cpu"

    @property
    def workers(self) -> int:
        """How many processes should cut crops: one cuts for two cores' worth of updates, a GPU wants more."""
        return min(8, max(1, (os.cpu_count() or 1) - 1)) if self.is_gpu else 1

    def put(self, crops: Tensor) -> Tensor:
        """Return crops on the device; the copy goes on while the device computes."""
        return crops.to(self.device, memory_format=torch.channels_last, non_blocking=True)

    def arithmetic(self) -> AbstractContextManager[object]:
        """Return the context of a forward pass."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16)

    def told(self) -> dict[str, object]:
        """Return what the log says: the same seed gives the same network only on the same of these."""
        name = torch.cuda.get_device_name() if self.is_gpu else "cpu"
        return {
            "device": name,
            "threads": torch.get_num_threads(),
            "bfloat16": self.bfloat16,
            "torch": torch.__version__,
        }


def _processor_has_bfloat16() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return False
    return any(unit in flags for unit in BFLOAT16_UNITS)
