"""How each scale is computed, and what is left to try should memory not be enough."""

import logging
from dataclasses import dataclass

from scumble.engine.ground import Ground
from scumble.machine.memory import in_words, memory_limit, release
from scumble.objective.fit import Fit, Need, rungs, too_large
from scumble.plan.pyramid import Scale

log = logging.getLogger(__name__)


@dataclass
class Ladder:
    """Ways to compute a scale: the first is taken, and each needs less memory than the one before.

    Args:
        fits: at least one.
        tight: whether something was given up for the scale to fit into memory.
    """

    fits: list[Fit]
    tight: bool = False

    @property
    def fit(self) -> Fit:
        """The way that is taken now."""
        return self.fits[0]

    def step_down(self, scale: Scale, number: int, error: BaseException) -> str:
        """Take the next way, after an error that says memory is full; return what is to be said of it.

        Args:
            scale: that is computed.
            number: of the last step that was made there.
            error: whose traceback holds what is to be freed.

        Raises:
            OutOfMemory: there is no way left.
        """
        release(error)
        if len(self.fits) == 1:
            raise too_large(*scale.size)
        self.fits, self.tight = self.fits[1:], True
        where = f"memory was not enough after step {number} of {scale.width} x {scale.height}"
        return f"{where}: on with {self.fit}"


def make_ladders(ground: Ground) -> dict[Scale, Ladder]:
    """Return the ladder of each scale, the first way one that fits into memory; the ground notes what was given up.

    A run that goes on takes at most as much as it did before.

    Raises:
        OutOfMemory: a scale does not fit in any way.
    """
    plan, options, begin = ground.plan, ground.options, ground.begin
    most = memory_limit(options, ground.device)
    need = Need(ground.backbone, plan, ground.precision)
    found, every = need.fits(most), [fit for fit in rungs(options) if need.allows(fit)]
    before = begin.position.fits if begin else [every[0]] * len(plan.scales)
    ladders = {}
    for scale, kept in reversed([*zip(plan.scales, before, strict=True)]):
        fit = max(found[scale], kept, key=every.index)
        ladders[scale] = Ladder(every[every.index(fit) :], tight=fit != every[0])
        log.debug("%s x %s with %s, of %s at most", scale.width, scale.height, fit, in_words(most))
        if fit != kept:
            ground.notes.append(f"{scale.width} x {scale.height} with {fit}, to stay below {in_words(most)}")
    return ladders
