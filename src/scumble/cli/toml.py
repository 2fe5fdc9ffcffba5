"""Read a file of options, which may be anybody's: it is found by standing in a folder."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

MAX_BYTES = 1 << 16
"""A file with every option has two thousand; the parser takes a quarter of a second for the worst of this size."""
MAX_DEPTH = 32
"""How deeply values may be nested, and how many parts a key may have."""

STRINGS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\\?\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*',
    re.DOTALL,
)


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a file holds.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is no regular file, too large, nested too deeply, in another alphabet, or no TOML.
    """
    data = read_small(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        raise ValueError("it is no UTF-8; save it as UTF-8")
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    require_shallow(text)
    return tomllib.loads(text)


def read_small(path: Path) -> bytes:
    """Return the bytes of a regular file, and never wait for anything else."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is no regular file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it has {max(found.st_size, len(data)):,} bytes; {MAX_BYTES:,} are allowed")
    return data


def require_shallow(text: str) -> None:
    """Raise `ValueError` for what would take the parser too deep: it recurses, and long keys take it squared time."""
    bare = STRINGS.sub('""', text)
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", bare):
        depth = max(0, depth + (1 if mark in "[{" else -1))
        deepest = max(deepest, depth)
    parts = max((part.count(".") + 1 for part in re.split(r"[=,\[\]{}\n]", bare)), default=0)
    if deepest > MAX_DEPTH or parts > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
