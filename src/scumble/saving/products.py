"""All that a command will write or may write, compared with each other and with all that it reads."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from pathlib import Path

from scumble.disk.place import Place, identity_of, place_of, places_of, plain
from scumble.errors import UsageError


@dataclass(frozen=True)
class Product:
    """A file that will or may be written, or a folder of files.

    Args:
        purpose: what it is called in messages, such as `timelapse`.
        path: where it goes.
        makes: of a folder, whether a file of a name may be written there, given in lower case.
    """

    purpose: str
    path: Path
    makes: Callable[[str], bool] | None = None

    @cached_property
    def place(self) -> Place:
        """Where it goes."""
        return place_of(self.path)

    @cached_property
    def room(self) -> Place:
        """Of a folder, where its files go: into what a link leads to, if it is one."""
        return self.place if self.identity is None else Place(self.identity, ())

    @cached_property
    def identity(self) -> tuple[int, int] | None:
        """Of what is there already."""
        return identity_of(plain(self.path))

    def takes(self, other: Place) -> bool:
        """Return whether a place would be written over, or stand in the way."""
        if self.place.holds(other):
            return self.makes is None or self.place == other or self._makes(self.place, other)
        return self.makes is not None and self.room.holds(other) and self._makes(self.room, other)

    def _makes(self, room: Place, other: Place) -> bool:
        inside = other.names[len(room.names) :]
        return self.makes is not None and (not inside or self.makes(inside[0]))


def keep_apart(products: Sequence[Product], reads: Iterable[Path] = ()) -> None:
    """Raise `UsageError` where two products would be one file, or one of them is a file that is read.

    Args:
        products: all of a command.
        reads: all files that it reads, under whatever names.
    """
    for one, other in permutations(products, 2):
        if one.takes(other.place):
            first, second = sorted((one, other), key=products.index)
            raise UsageError(
                f"the {first.purpose} and the {second.purpose} are both to be {str(second.path)!r}"
                if first.place == second.place
                else f"the {second.purpose} {str(second.path)!r} and the {first.purpose} {str(first.path)!r} "
                "would be in each other's place",
                f"give the {second.purpose} another name",
            )
    for read in reads:
        places, identity = set(places_of(read)), identity_of(read)
        for product in products:
            if any(map(product.takes, places)) or (identity and product.identity == identity):
                raise UsageError(
                    f"the {product.purpose} {str(product.path)!r} is a file that is read"
                    if product.makes is None
                    else f"the {product.purpose} in {str(product.path)!r} may take the place of {str(read)!r}, "
                    "which is read",
                    "give it another name",
                )


def is_one_of(names: Collection[str]) -> Callable[[str], bool]:
    """Return what tells whether a name, in lower case, is one of some."""
    known = {name.casefold() for name in names}
    return known.__contains__
