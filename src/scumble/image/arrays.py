"""From NumPy arrays and tensors to Pillow's pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scumble.errors import ImageError

SHAPES = "(H, W), (H, W, 1), (H, W, 3) or (H, W, 4) for arrays, (3, H, W) or (1, 3, H, W) for tensors"


def is_tensor(source: Any) -> bool:
    """Whether an object is a tensor, told by its methods, so that no tensor library is imported."""
    try:
        return all(hasattr(source, method) for method in ("detach", "cpu", "numpy"))
    except Exception:  # whoever answers for attributes by code of their own may raise anything
        return False


def from_tensor(tensor: Any) -> Image.Image:
    """Return a tensor as a picture.

    Args:
        tensor: (3, H, W) or (1, 3, H, W), RGB, floats in [0, 1], on any device.

    Raises:
        ImageError: another shape or range, or values that are not finite.
    """
    try:
        values = _values(tensor)
    except (ImageError, MemoryError):
        raise
    except Exception as error:  # it only looks like a tensor, or its device is gone
        why = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ImageError(f"no pixels can be read from {type(tensor).__name__}: {why}") from error
    shape = values.shape
    if values.ndim == 4 and values.shape[0] == 1:
        values = values[0]
    if values.ndim != 3 or values.shape[0] != 3:
        raise ImageError(f"a tensor of shape {shape} is no picture; allowed are {SHAPES}")
    return from_array(values.transpose(1, 2, 0))  # (H, W, 3)


def _values(tensor: Any) -> NDArray[Any]:
    dense = getattr(tensor, "is_sparse", False) is False and getattr(tensor, "is_meta", False) is False
    if not dense or getattr(tensor, "is_complex", bool)():
        raise ImageError(f"a tensor of {tensor.dtype} and {tensor.layout} on {tensor.device} holds no pixels",
                         "give a dense one of floats in [0, 1]")  # fmt: skip
    return np.asarray(tensor.detach().cpu().float().numpy())


def from_array(values: NDArray[Any]) -> Image.Image:
    """Return an array as a picture.

    Args:
        values: (H, W) or (H, W, 1), (H, W, 3), (H, W, 4), bool (black and white), uint8, uint16, or floats in [0, 1].

    Raises:
        ImageError: another shape, type or range, or values that are not finite.
    """
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if values.ndim != 2 and not (values.ndim == 3 and values.shape[2] in (3, 4)):
        hint = "put the channels last" if values.ndim == 3 and values.shape[0] in (1, 3, 4) else ""
        raise ImageError(f"an array of shape {values.shape} is no picture; allowed are {SHAPES}", hint)
    if values.size == 0:
        raise ImageError(f"an array of shape {values.shape} holds no pixels; both sides must have at least 1")
    return Image.fromarray(np.ascontiguousarray(_to_bytes(values)))


def eight_bits(values: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return 16-bit levels as 8-bit levels, divided by 257 and rounded."""
    return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _to_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    if values.dtype == np.uint8:
        return values
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        return eight_bits(values)
    if values.dtype.kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    if values.dtype.kind != "f":
        raise ImageError(
            f"an array of type {values.dtype} is no picture; allowed are bool, uint8, uint16, and floats in [0, 1]"
        )
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ImageError("the picture holds values that are not finite; floats must be in [0, 1]")
    if low < -_HALF_LEVEL or high > 1 + _HALF_LEVEL:
        hint = "divide by 255" if low >= 0 and 1 < high <= 255 else "clip to [0, 1]"
        raise ImageError(
            f"the picture's values go from {low:.4g} to {high:.4g}; floats must be in [0, 1]", hint
        )
    levels: NDArray[np.uint8] = np.floor(values.astype(np.float32) * 255 + 0.5).clip(0, 255).astype(np.uint8)
    return levels


_HALF_LEVEL = 0.5 / 255  # rounding errors below the smallest step of the picture are forgiven
