"""What is computed once for each of a few objects that very many rows share."""

from collections.abc import Callable
from typing import Generic, TypeVar

from scumble.options import Options

T = TypeVar("T")
MOST = 1000  # objects that are remembered


class Once(Generic[T]):
    """A function of options, which are told apart by who they are: to compare what they hold takes longer.

    Args:
        compute: the function.
    """

    def __init__(self, compute: Callable[[Options], T]) -> None:
        self.compute = compute
        self._known: dict[
            int, tuple[Options, T]
        ] = {}  # with the options, so that no other ones take their place

    def __call__(self, options: Options) -> T:
        """Return what is computed of some options."""
        found = self._known.get(id(options))
        if found is None:
            if len(self._known) >= MOST:
                self._known.clear()
            found = self._known[id(options)] = (options, self.compute(options))
        return found[1]
