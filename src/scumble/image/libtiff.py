"""What libtiff, of which Pillow knows nothing but a number, would write to the terminal about broken files."""

import ctypes
from collections.abc import Callable

from PIL import _imaging


def silence_libtiff() -> Callable[[], object]:
    """Keep libtiff's own lines from stderr, and return what gives them back; only one at a time may be silent.

    Its handler of errors is put aside and back. To turn stderr itself away for a while would lose the lines of other
    threads, and what else the process writes. Where Pillow has no libtiff, or one that cannot be reached from here,
    as in builds with all libraries inside, nothing is done.
    """
    try:
        handle = ctypes.CDLL(
            _imaging.__file__
        ).TIFFSetErrorHandler  # found among what Pillow itself is linked with
    except (OSError, AttributeError):
        return bool
    handle.argtypes, handle.restype = [ctypes.c_void_p], ctypes.c_void_p
    before = handle(None)
    return lambda: handle(before)
