"""What tells a file's bytes from all others, computed once as long as its size and time stay as they are."""

import errno
import os
import stat
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from scumble.disk.digest import file_sha256

Seen = tuple[str, int, int]  # a path, bytes, nanoseconds


def short(text: str) -> int:
    """Return 64 bits that tell a text from all others that there will be."""
    data = text.encode(errors="surrogateescape")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


class Digests:
    """Remembers digests, compactly: a million take 160 MB.

    Args:
        known: by path, size and time, those of earlier.
        learn: is told each new one.
    """

    def __init__(
        self, known: dict[int, bytes] | None = None, learn: Callable[[Seen, str], object] = lambda *_: None
    ) -> None:
        self._known, self._learn = {} if known is None else known, learn

    def of(self, path: str | os.PathLike[str]) -> str:
        """Return the SHA-256 of a file.

        Raises:
            OSError: it cannot be read, or is no regular file: a pipe would be waited for.
        """
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "no regular file", os.fspath(path))
        seen = (os.fspath(path), status.st_size, status.st_mtime_ns)
        if found := self._known.get(short(repr(seen))):
            return found.hex()
        digest = file_sha256(Path(path))
        self.keep(seen, digest)
        self._learn(seen, digest)
        return digest

    def keep(self, seen: Seen, digest: str) -> None:
        """Remember a digest."""
        self._known[short(repr(seen))] = bytes.fromhex(digest)
