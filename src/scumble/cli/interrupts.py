"""Ctrl-C, and SIGTERM like it: the first one stops the painting, later ones do not harm the picture."""

import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """A context in which SIGINT and SIGTERM raise `KeyboardInterrupt` once.

    Signals that are ignored already, as SIGINT is in jobs in the background, stay so.
    """

    def __enter__(self) -> "Interrupts":
        heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self.before = {number: signal.signal(number, self.stop) for number in heeded}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Raise `KeyboardInterrupt`, this time only."""
        self.ignore()
        raise KeyboardInterrupt

    def ignore(self) -> None:
        """Ignore further signals: what is being saved takes a moment only."""
        for number in self.before:
            signal.signal(number, signal.SIG_IGN)
