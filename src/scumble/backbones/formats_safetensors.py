"""Scumble's own weights files: safetensors with a header that says what they are."""

import hashlib
import json
from pathlib import Path

from safetensors.torch import load

from scumble.backbones.contents import LARGEST_FILE, Contents, checked, digest
from scumble.backbones.normalization import Normalization
from scumble.backbones.published import megabytes
from scumble.errors import WeightsError
from scumble.registry import names

LARGEST_HEADER = 2**20  # bytes; VGG-19's has 3000


def read_own(path: Path) -> Contents:
    """Return what a file holds after all tests, in float32.

    Raises:
        WeightsError: it is damaged, or not a weights file that Scumble wrote.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise WeightsError(
            f"the file has {megabytes(path.stat().st_size)}; at most {megabytes(LARGEST_FILE)}"
        )
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    if length > min(LARGEST_HEADER, len(data) - 8):
        raise WeightsError(f"the header claims {length} bytes; the file has {len(data)}")
    try:
        weights = load(data)
        header = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise WeightsError(f"the file is damaged: {reason}") from error
    needed = {"backbone", "normalization", "source", "license", "digest"}
    missing = needed - header.keys()
    if missing:
        raise WeightsError(
            f"the header does not say {', '.join(sorted(missing))}; Scumble did not write the file"
        )
    if "digest" in header and header["digest"] != digest(header, weights):
        raise WeightsError("the file is damaged: its digest does not match")
    name = header["backbone"]
    if name not in names("backbones"):
        raise WeightsError(f"the file holds {name[:80]!r}; known are {', '.join(names('backbones'))}")
    normalization = Normalization.from_json(header["normalization"])
    told = (header["source"], header["license"], hashlib.sha256(data).hexdigest())
    return Contents(name, checked(weights, name), normalization, *told)
