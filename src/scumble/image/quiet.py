"""Decoders that say nothing: warnings, log and stderr are the caller's."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock

from scumble.image.libtiff import silence_libtiff


@dataclass
class _Silence:
    """Whose turn it is, for all that is silent belongs to the whole process; and what is put back afterwards."""

    turn: Lock = field(default_factory=Lock)
    undo: ExitStack = field(default_factory=ExitStack)


_silence = _Silence()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Pillow's warnings, and what it and libtiff say about broken TIFF files, to ourselves."""
    logger = logging.getLogger("PIL.TiffImagePlugin")
    with _silence.turn, ExitStack() as undo:
        _silence.undo = undo
        undo.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        undo.callback(setattr, logger, "disabled", logger.disabled)
        logger.disabled = True
        undo.callback(silence_libtiff())
        yield


def _alone() -> None:
    """In a forked process, speak again, and pass the turn on: a thread that was silent is not there to do so."""
    _silence.turn = Lock()
    _silence.undo.close()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_alone)
