"""One file, written under a hidden name and then given its own: what is visible is whole."""

import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from scumble.disk import system

Bytes = bytes | bytearray | memoryview

PART = 1 << 24  # bytes of one call: a signal waits for its end
MANY = 100_000  # names of a folder that are looked at; more take a tenth of a second
NAME = re.compile(r"\.scumble-([0-9a-f]{1,16})-[0-9a-f]{16}\.tmp")
NO_SYNC = (
    errno.EINVAL,
    errno.ENOSYS,
    errno.EOPNOTSUPP,
    errno.EROFS,
)  # of file systems that cannot sync a file


class Hidden:
    """A file that nobody sees until `place` gives it its name; a context that leaves nothing else behind.

    Its hidden name tells its own inode number, and it is locked while its writer lives: what a killed process left
    is so told from every other file, whatever that is called, and goes when the next file is written there.

    Args:
        folder: where it will be visible.

    Raises:
        OSError: the folder takes no file.
    """

    def __init__(self, folder: Path) -> None:
        remove_left(folder)
        token = secrets.token_hex(8)
        self.path = folder / f".scumble-{token}.tmp"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.descriptor = system.open(self.path, flags, 0o666)
        try:
            with suppress(
                OSError
            ):  # a file system without locks, or without renaming: then what is left stays
                system.lock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                known = folder / f".scumble-{system.fstat(self.descriptor).st_ino:x}-{token}.tmp"
                system.rename(self.path, known)
                self.path = known
        except BaseException:
            self.drop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.drop()

    def write(self, data: Bytes) -> int:
        """Add bytes, all of them; return how many."""
        left = memoryview(data).cast("B")
        while left:
            left = left[system.write(self.descriptor, left[:PART]) :]
        return memoryview(data).nbytes

    @property
    def name(self) -> str:
        """Its path while nobody sees it, as open files tell it."""
        return str(self.path)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, as in any file, and return where that is."""
        return system.seek(self.descriptor, offset, whence)

    def truncate(self) -> int:
        """Let the file end here; return how many bytes that are."""
        end = self.seek(0, 1)
        system.truncate(self.descriptor, end)
        return end

    def parts(self) -> Iterator[bytes]:
        """Yield the bytes that it has, wherever it stands, and even if its folder is gone."""
        at = 0
        while part := system.read(self.descriptor, PART, at):
            yield part
            at += len(part)

    def finish(self) -> None:
        """See the bytes through to the disk, where its file system can do that."""
        try:
            system.fsync(self.descriptor)
        except OSError as error:
            if error.errno not in NO_SYNC:
                raise

    def place(self, target: Path, *, replace: bool) -> None:
        """Give the file its name.

        Args:
            target: in the same folder. What is a link there is replaced itself, not where it leads.
            replace: whether a file that is there goes; who may read that one may read the new one.

        Raises:
            FileExistsError: there is one, and it is not to be replaced.
            OSError: it cannot have the name; the file that was there is as it was.
        """
        if not replace:
            self._place_new(target)
            return
        with suppress(OSError):
            before = system.lstat(target)
            if stat.S_ISREG(before.st_mode):
                with suppress(OSError):  # root gives a file back to its owner; others cannot
                    system.chown(self.descriptor, before.st_uid, before.st_gid)
                system.chmod(self.descriptor, stat.S_IMODE(before.st_mode))
        system.rename(self.path, target)

    def _place_new(self, target: Path) -> None:
        try:
            system.link(self.path, target)
        except FileExistsError:
            raise
        except OSError:  # FAT and some network folders have no links, or do not allow them
            with suppress(FileNotFoundError):
                system.lstat(target)
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
            system.rename(self.path, target)

    def drop(self) -> None:
        """Let go of the file, and of its hidden name."""
        with suppress(OSError):
            system.unlink(self.path)
        with suppress(OSError):
            system.close(self.descriptor)


def write_whole(target: Path, parts: Iterable[Bytes], *, replace: bool) -> None:
    """Write a file, whole or not at all.

    Args:
        target: where to.
        parts: its bytes.
        replace: whether a file that is there goes.

    Raises:
        FileExistsError: there is one, and it is not to be replaced.
        OSError: it could not be written; the file that was there is as it was.
    """
    with Hidden(target.parent) as hidden:
        for part in parts:
            hidden.write(part)
        hidden.finish()
        hidden.place(target, replace=replace)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make new names last through a power cut, where a file system can: the files are there either way."""
    with suppress(OSError):
        descriptor = system.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            system.fsync(descriptor)
        finally:
            system.close(descriptor)


@cache
def remove_left(folder: Path) -> None:
    """Remove what killed processes left in a folder, the first time that this one writes there."""
    with suppress(OSError), system.scan(folder) as entries:
        for entry in islice(entries, MANY):
            name = NAME.fullmatch(entry.name)
            if name and int(name[1], 16) == entry.inode():
                with suppress(OSError):
                    _remove(Path(entry.path))


def _remove(path: Path) -> None:
    """Remove a hidden file unless its writer lives: it would hold the lock."""
    descriptor = system.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = system.fstat(descriptor)
        if stat.S_ISREG(found.st_mode) and f"-{found.st_ino:x}-" in path.name:
            system.lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            system.unlink(path)
    finally:
        system.close(descriptor)
