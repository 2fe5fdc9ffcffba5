"""Ctrl-C, and all signals that end a process as it does: the first one stops the painting, later ones do no harm."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import ClassVar

from scumble.cli.process import interrupt

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1",
         "SIGUSR2", "SIGIO", "SIGPWR", "SIGXFSZ", "SIGABRT", "SIGSTKFLT")  # fmt: skip
"""A terminal that closes, a queue whose time is up, a watchdog: what they end by default is worth a picture."""
FREE = range(int(getattr(signal, "SIGRTMIN", 0)), int(getattr(signal, "SIGRTMAX", -1)) + 1)
"""Those that have no meaning of their own, and end a process all the same."""
SIGNALS = (*(getattr(signal, name) for name in NAMES if hasattr(signal, name)), *FREE)


class Interrupts:
    """A context in which such signals raise `KeyboardInterrupt`, once, and only while it is `painting`.

    Signals that are ignored already, as SIGINT is in jobs in the background and SIGHUP under nohup, stay so; so do
    those that somebody else's handler waits for.
    """

    begun: ClassVar[bool] = False  # whether there was one in this process

    def __enter__(self) -> "Interrupts":
        Interrupts.begun = True
        self.stopped = self.armed = False
        defaults = (signal.SIG_DFL, signal.default_int_handler, interrupt)
        heeded = [number for number in SIGNALS if signal.getsignal(number) in defaults]
        self.before = {number: signal.signal(number, self.stop) for number in heeded}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Remember that a signal came; raise `KeyboardInterrupt` if that is of use, this time only."""
        self.stopped = True
        if self.armed:
            self.armed = False
            raise KeyboardInterrupt

    @contextmanager
    def painting(self) -> Iterator[None]:
        """Let a signal raise from here on, also one that has come before; to stand inside of what catches it."""
        self.armed = True
        try:
            if self.stopped:
                raise KeyboardInterrupt
            yield
        finally:
            self.armed = False
