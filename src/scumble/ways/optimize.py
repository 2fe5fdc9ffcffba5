"""The optimizer's way, which is that of Gatys and others (2016)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from scumble.options import Options
from scumble.ways.base import Way, ways

if TYPE_CHECKING:
    from scumble.engine.ground import Ground
    from scumble.engine.step import Step


@ways("optimize")
class Optimize(Way):
    """Lower the cost of the picture's own pixels, update by update, coarse to fine."""

    by_scales = True

    @staticmethod
    def steps(options: Options) -> Sequence[int]:
        """Return the option `steps`."""
        return options.steps

    def paint(self, ground: "Ground") -> Iterator["Step"]:
        """Return the steps of a descent."""
        from scumble.engine.descent import Descent  # torch takes a second to import

        return Descent(ground).steps()
