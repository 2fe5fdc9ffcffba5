"""What a way to paint is: from the ground of a run to its steps."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from scumble.options import Options
from scumble.registry import Registry

if TYPE_CHECKING:  # a plan stands before torch is loaded, and asks a way for its steps
    from scumble.engine.ground import Ground
    from scumble.engine.step import Step


class Way(ABC):
    """Paints a picture as planned.

    Attributes:
        by_scales: whether it goes from coarse to fine; else its plan has the one scale of the result.
    """

    by_scales: ClassVar[bool] = False

    @staticmethod
    def steps(options: Options) -> Sequence[int]:
        """Return how many updates each scale has, coarse to fine; the last number serves all further scales.

        A forecast takes each for one evaluation of the objective. A way without updates has (0,), as by default.
        """
        del options
        return (0,)

    @abstractmethod
    def paint(self, ground: "Ground") -> Iterator["Step"]:
        """Yield the steps of a run, the last with the finished picture.

        `ground.scene(scale)` has content and styles, (1, 3, H, W) in [0, 1] on `ground.device`, as one of
        `ground.plan.scales` sees them, and `ground.step(scene, image)` is the step that shows an image of that size.
        A way without updates has neither bleed nor `--recolor`. With updates both are in `scene.content`, which is
        then `scene.bleed` pixels wider at each edge. Nothing is random but what `ground.options.seed` says, so that
        the record can make the picture again.
        """


ways: Registry[Way] = Registry("way to paint", "ways")
