"""Parts of a batch that are painted by themselves, on machines that need not know of each other."""

from dataclasses import dataclass

from scumble.batching.digests import short
from scumble.errors import UsageError


@dataclass(frozen=True)
class Shard:
    """One of several parts of a batch that are painted by themselves: the same on every machine.

    It is told by the names of the pictures to write, for which nothing needs to be read.

    Args:
        number: which, from 1.
        of: how many there are.

    Raises:
        UsageError: there is no such part.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise UsageError(f"shard {self.number}/{self.of}; the shards of {self.of} are 1 to {self.of}")

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Return the shard that a text such as `3/8` says.

        Raises:
            UsageError: it is none.
        """
        number, slash, of = text.partition("/")
        if not (slash and number.isdecimal() and of.isdecimal()):
            raise UsageError(f"shard is {text!r}; it should be as 3/8, the third of eight")
        return cls(int(number), int(of))

    def has(self, name: str) -> bool:
        """Return whether a picture of such a name is in it."""
        return self.of == 1 or short(name) % self.of == self.number - 1


WHOLE = Shard()
