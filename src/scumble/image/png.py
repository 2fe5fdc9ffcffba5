"""The chunks of a PNG file, found without decoding anything."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 200_000
"""A picture of 1 GB written in customary chunks has fewer."""


class Chunk(NamedTuple):
    """Where one chunk's payload is: `length` bytes from `start`; 8 bytes precede it and 4 follow."""

    kind: bytes
    start: int
    length: int


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Yield the chunks of a PNG up to `IEND` or the end of the file, in order.

    Raises:
        ValueError: the file is no PNG, or has more than `MAX_CHUNKS` chunks.
    """
    file.seek(0)
    if file.read(8) != SIGNATURE:
        raise ValueError("no PNG signature")
    at = 8
    for _ in range(MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        yield Chunk(kind, at + 8, length)
        if kind == b"IEND":
            return
        at += 12 + length
    raise ValueError(f"more than {MAX_CHUNKS} chunks")


def inflate(data: bytes, most: int) -> bytes:
    """Return zlib data unpacked.

    Raises:
        ValueError: it is damaged, or would be longer than `most` bytes.
    """
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError(f"damaged zlib data: {error}") from error
    if len(unpacked) > most:
        raise ValueError(f"more than {most} bytes when unpacked")
    return unpacked
