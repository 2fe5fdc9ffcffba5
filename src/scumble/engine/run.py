"""The loop: an iterator of steps, which progress bars, snapshots and notebooks only consume."""

from collections.abc import Generator, Iterator

from scumble.backbones.shelf import LAST, Shelf
from scumble.engine.ground import Ground, Mark
from scumble.engine.means import Tell
from scumble.engine.state import State
from scumble.engine.step import Step as Step
from scumble.machine.allocator import keep_memory
from scumble.machine.guest import as_guest
from scumble.objective.fit import too_large
from scumble.plan.plan import Plan
from scumble.plugins import is_out_of_memory
from scumble.registry import registry_of


def paint(
    plan: Plan,
    begin: State | None = None,
    mark: Mark | None = None,
    tell: Tell | None = None,
    shelf: Shelf = LAST,
) -> Generator[Step]:
    """Paint a picture as planned.

    Args:
        plan: what to do, and by which way.
        begin: go on from there, to the pixels of a run that was never stopped.
        mark: is told the state before each step is yielded, and where the way of computing changes; it is to keep
            the last one only, whose tensors stay in memory.
        tell: is told what is computed with, once, before the first step.
        shelf: where the backbone is taken from.

    Raises:
        WeightsError: the backbone's weights are not here.
        UnknownName: the backbone has no layer like one that was asked for.
        RunFailed: see `Guard`.
        OutOfMemory: the picture does not fit into memory.
    """
    keep_memory()
    steps: Iterator[Step] | None = None
    while True:
        try:
            # for one step at a time: the caller's settings are not ours
            with as_guest(plan.options.threads):
                if steps is None:
                    ground = Ground(plan, begin, mark, shelf)
                    steps = registry_of("ways")[plan.way]().paint(ground)
                    if tell:
                        tell(ground.means)
                    del ground  # the way's own now, and it lets go of what was begun with
                begin = None  # or its tensors would stay in memory
                step = next(steps, None)
        except (MemoryError, RuntimeError, OSError) as error:
            if not is_out_of_memory(error):
                raise
            raise too_large(plan.width, plan.height) from error
        if step is None:
            return
        yield step
