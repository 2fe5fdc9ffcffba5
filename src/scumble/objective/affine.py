"""Rows times a matrix, rounded once."""

import torch
from torch import Tensor

from scumble.losses.base import precise
from scumble.machine.arithmetic import is_fused
from scumble.machine.onednn import convolved


def affine(rows: Tensor, center: Tensor, matrix: Tensor, offset: Tensor) -> Tensor:
    """Return (rows - center) matrix + offset in the precision of the rows.

    As a convolution of one position: oneDNN adds in float32 what is the same for all rows, and rounds the result
    alone. Elsewhere the rows are centered first, so that nothing large cancels after it was rounded.

    Args:
        rows: (n, L, C).
        center: (C,), float32 or better.
        matrix: (C, C).
        offset: (C,).
    """
    if not is_fused(rows) or not len(rows):
        near, rounded, rest = rounded_apart(center, matrix, offset, rows.dtype)
        return torch.matmul(rows - near, rounded) + rest
    rounded = matrix.to(rows.dtype)
    constant = offset - center @ precise(rounded)
    positions = rows[None].permute(0, 3, 1, 2)  # (1, C, n, L), channels last
    kernel = rounded.mT[:, :, None, None]
    return convolved(positions, kernel, constant)[0].permute(1, 2, 0)


def rounded_apart(
    center: Tensor, matrix: Tensor, offset: Tensor, precision: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """Return center, matrix and offset in a precision; what the center is rounded by goes into the offset.

    Args:
        center: (..., C), float32 or better.
        matrix: (..., C, C).
        offset: (..., C).
        precision: of the rows.
    """
    near, rounded = center.to(precision), matrix.to(precision)
    moved = (center - precise(near)).unsqueeze(-2) @ precise(rounded)  # (..., 1, C)
    return near, rounded, (offset - moved.squeeze(-2)).to(precision)
