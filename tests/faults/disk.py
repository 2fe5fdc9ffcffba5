"""A disk on which one call fails, or after which there is no other: all calls by which Scumble writes, counted."""

import errno
import os

from scumble.disk import system
from scumble.disk.hidden import remove_left

ERRORS = (
    errno.ENOSPC, errno.EIO, errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOSYS, errno.EROFS, errno.EDQUOT,
)  # fmt: skip
CALLS = [name for name, value in vars(system).items() if callable(value)]


class Killed(BaseException):
    """No process catches that it was killed."""


class Disk:
    """Counts the calls; from number `at` on each raises `Killed`, or with an `error` that one alone an `OSError`.

    If it is `lasting`, from then on all do whose path is relative: nothing in the current folder can be written any
    more. Descriptors are closed for real at the end, as the system does it for a killed process.
    """

    def __init__(self, patch, at=None, error=None, lasting=False):
        self.at, self.error, self.lasting, self.made, self.opened = at, error, lasting, [], {}
        for name in CALLS:
            patch.setattr(system, name, self.counted(name, getattr(system, name)))
        remove_left.cache_clear()

    def counted(self, name, call):
        def counting(*arguments, **options):
            self.made.append(name)
            number = len(self.made)
            if self.at is not None and self.error is None and number >= self.at:
                raise Killed
            path = os.fspath(self.opened.get(arguments[0], arguments[0]))
            if number == self.at or (self.lasting and number > (self.at or 0) and not path.startswith("/")):
                if name == "close":
                    os.close(arguments[0])
                    del self.opened[arguments[0]]
                raise OSError(self.error, os.strerror(self.error))
            result = call(*arguments, **options)
            if name == "open":
                self.opened[result] = path
            if name == "close":
                del self.opened[arguments[0]]
            return result

        return counting

    def end(self):
        """Close what a process leaves open."""
        for descriptor in self.opened:
            os.close(descriptor)
