"""Read MATLAB's version 5 files: cells, structs, texts and numbers, each no larger than the bytes that hold it."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scumble.errors import WeightsError

LARGEST_RATIO, ROOM = 2, 1 << 24
"""How much a file may unpack to, in its own size and bytes beyond; numbers of weights hardly pack at all."""
MAX_ITEMS, MAX_DEPTH = 50_000, 16

NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16"}
MATRIX, COMPRESSED = 14, 15
CELL, STRUCT, CHAR, DOUBLE, SINGLE = 1, 2, 4, 6, 7


@dataclass(frozen=True)
class Array:
    """Numbers as they are stored, and whether MATLAB takes them for floating-point ones."""

    values: "np.ndarray[Any, Any]"
    is_float: bool


class Reader:
    """Reads the variables of one file; counts what it meets."""

    def __init__(self, data: memoryview) -> None:
        self.order = {b"IM": "<", b"MI": ">"}.get(bytes(data[126:128]), "")
        if not self.order:
            raise WeightsError("its byte order is unknown")
        self.data = data[128:]
        self.room = LARGEST_RATIO * len(data) + ROOM
        self.items = 0

    def variables(self, names: list[str]) -> dict[str, Any]:
        """Return the variables of these names: a struct as a mapping, a cell as a list, others as `Array` or text."""
        found = {}
        for kind, data in self.elements(self.data):
            inner = self.elements(self.unpacked(data)) if kind == COMPRESSED else iter([(kind, data)])
            for of_inner, matrix in inner:
                if of_inner == MATRIX and (name := self.name(matrix)) in names:
                    found[name] = self.matrix(matrix)
        return found

    def unpacked(self, data: memoryview) -> memoryview:
        """Return what a packed element holds, within the room that is left."""
        packed = zlib.decompressobj()
        whole = packed.decompress(data, self.room)
        self.room -= len(whole)
        if not packed.eof:
            raise WeightsError("it unpacks to more than numbers do, or is cut short")
        return memoryview(whole)

    def elements(self, data: memoryview) -> Iterator[tuple[int, memoryview]]:
        """Yield type and bytes of each element."""
        while len(data) >= 8:
            self.items += 1
            if self.items > MAX_ITEMS:
                raise WeightsError("it holds more parts than a network has")
            kind, size = struct.unpack(f"{self.order}II", data[:8])
            if kind >> 16:  # up to four bytes, within the tag
                yield kind & 0xFFFF, data[4 : 4 + min(kind >> 16, 4)]
                data = data[8:]
                continue
            if size > len(data) - 8:
                raise WeightsError("it is cut short")
            yield kind, data[8 : 8 + size]
            data = data[8 + size + (-size % 8 if kind != COMPRESSED else 0) :]

    def name(self, matrix: memoryview) -> str:
        """Return the name of a matrix: its third element."""
        for number, (_, data) in enumerate(self.elements(matrix)):
            if number == 2:
                return bytes(data).decode("latin-1")
        return ""

    def matrix(self, data: memoryview, depth: int = 0) -> Any:
        """Return what a matrix holds; None of a kind that weights files do not have."""
        if not data or depth > MAX_DEPTH:
            return None
        parts = self.elements(data)
        (_, flags), (_, sides), _ = next(parts), next(parts), next(parts)
        kind = struct.unpack(f"{self.order}I", flags[:4])[0] & 0xFF
        shape = struct.unpack(f"{self.order}{len(sides) // 4}i", sides)
        if kind == CELL:
            return [self.matrix(inner, depth + 1) for _, inner in parts]
        if kind == STRUCT:
            (_, length), (_, names) = next(parts), next(parts)
            size = struct.unpack(f"{self.order}i", length[:4])[0]
            fields = [bytes(names[at : at + size]).split(b"\0")[0].decode("latin-1")
                      for at in range(0, len(names), max(1, size))]  # fmt: skip
            return dict(zip(fields, (self.matrix(inner, depth + 1) for _, inner in parts), strict=False))
        stored, numbers = next(parts)
        if kind == CHAR:
            order = {"<": "-le", ">": "-be"}[self.order] if TEXTS.get(stored) == "utf-16" else ""
            return bytes(numbers).decode(TEXTS.get(stored, "latin-1") + order, "replace")
        if stored not in NUMBERS:
            return None
        values = np.frombuffer(numbers, self.order + NUMBERS[stored]).reshape(shape, order="F")
        return Array(values, kind in (DOUBLE, SINGLE))


def read_variables(path: Path, names: list[str]) -> dict[str, Any]:
    """Return variables of a file by name.

    Raises:
        WeightsError: it is damaged, or holds more than a file of weights.
        ValueError, struct.error, StopIteration, zlib.error: it is damaged.
    """
    return Reader(memoryview(path.read_bytes())).variables(names)
