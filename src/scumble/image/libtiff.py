"""What libtiff, of which Pillow knows nothing but a number, would write to the terminal about broken files."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import _imaging


@contextmanager
def silent_libtiff() -> Iterator[None]:
    """Keep libtiff's own lines from stderr, to be entered by one thread at a time.

    Its handler of errors is put aside and back. To turn stderr itself away for a while would lose the lines of other
    threads, and what else the process writes. Where Pillow has no libtiff, or one that cannot be reached from here,
    as in builds with all libraries inside, nothing is done.
    """
    try:
        handle = ctypes.CDLL(
            _imaging.__file__
        ).TIFFSetErrorHandler  # found among what Pillow itself is linked with
    except (OSError, AttributeError):
        yield
        return
    handle.argtypes, handle.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = handle(None)
    try:
        yield
    finally:
        handle(before)
