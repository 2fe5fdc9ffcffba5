"""The chunks of a PNG file, found without decoding anything."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SPARE_CHUNKS = 20_000
BYTES_A_CHUNK = 4096
"""Of chunks, a file may have one for so many bytes, besides the spare ones; programs fill them with 8,192 or more."""


class Chunk(NamedTuple):
    """Where one chunk's payload is: `length` bytes from `start`; 8 bytes precede it and 4 follow."""

    kind: bytes
    start: int
    length: int


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Yield the chunks of a PNG up to `IEND` or the end of the file, in order.

    Raises:
        ValueError: the file is no PNG, or has more chunks than its length allows.
    """
    most = SPARE_CHUNKS + file.seek(0, io.SEEK_END) // BYTES_A_CHUNK
    file.seek(0)
    if file.read(8) != SIGNATURE:
        raise ValueError("no PNG signature")
    at = 8
    for _ in range(most):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        yield Chunk(kind, at + 8, length)
        if kind == b"IEND":
            return
        at += 12 + length
    raise ValueError(f"more than {most} chunks")


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
