"""Ctrl-C, and all signals that end a process as it does: the first one stops the painting, later ones do no harm."""

import signal
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGXCPU", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1",
         "SIGUSR2", "SIGIO", "SIGPWR", "SIGXFSZ")  # fmt: skip
"""A terminal that closes, a queue whose time is up, a watchdog: what they end by default is worth a picture."""
SIGNALS = tuple(getattr(signal, name) for name in NAMES if hasattr(signal, name))


class Interrupts:
    """A context in which such signals raise `KeyboardInterrupt` once, and then no more.

    Signals that are ignored already, as SIGINT is in jobs in the background and SIGHUP under nohup, stay so; so do
    those that somebody else's handler waits for.
    """

    def __enter__(self) -> "Interrupts":
        self.stopped = False
        defaults = (signal.SIG_DFL, signal.default_int_handler)
        heeded = [number for number in SIGNALS if signal.getsignal(number) in defaults]
        self.before = {number: signal.signal(number, self.stop) for number in heeded}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Raise `KeyboardInterrupt`, this time only."""
        if not self.stopped:
            self.stopped = True
            raise KeyboardInterrupt

    def ignore(self) -> None:
        """Heed no further signals: what is being saved takes a moment only."""
        self.stopped = True
