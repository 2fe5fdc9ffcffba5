"""Sums that are the same for any number of threads."""

from torch import Tensor

BLOCK = 2**12
"""Numbers that are added up by one thread."""


def total(numbers: Tensor) -> Tensor:
    """Return the sum of all numbers, 0-d, added up in blocks of one length.

    torch, asked for a single sum, gives each thread its part, and so rounds otherwise with another number of them; so
    does the library that it asks for an inner product. `vector_norm`, `var`, and sums of rows do not.
    """
    flat = numbers.flatten()
    if flat.device.type != "cpu":
        return flat.sum()
    whole = len(flat) // BLOCK * BLOCK
    return flat[:whole].view(-1, BLOCK).sum(1).sum() + flat[whole:].sum()
